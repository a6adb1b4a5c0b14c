"""Scripts of benchmarks/ as modules under a name of their own."""

import importlib.util
import sys
from contextlib import contextmanager

from tests.conftest import ROOT


@contextmanager
def loaded(script, name):
    """Import a script; `coverage.py` is also the name of a package that numba asks for."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]
