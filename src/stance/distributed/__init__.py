"""Labelling and training on a Dask cluster."""
