"""Work given out to other machines by Dask."""
