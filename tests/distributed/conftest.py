"""The fixtures of labelling runs, whose results a cluster must repeat."""

from tests.labelling.conftest import model_folder, stored

__all__ = ["model_folder", "stored"]
