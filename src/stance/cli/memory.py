"""Memory of the process, which the C library would keep."""

from __future__ import annotations

import sys

M_MMAP_THRESHOLD = -3
LARGE = 1_000_000  # bytes


def give_back_large_blocks() -> None:
    """Have large blocks of memory given back to the system as soon as they are free.

    glibc takes them from the heap once others of their size were freed, up to
    32 MB, and holes in the heap stay with the process: a sixth of what labelling
    takes. Other C libraries are left as they are.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
