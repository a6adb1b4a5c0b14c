"""Compiled kernels: numeric loops over arrays.

The kernels release the interpreter's lock. With ``NUMBA_DISABLE_JIT=1`` they run
as plain Python; so that both give the same results, no sum or product exceeds
64 bits. They import nothing from other packages of stance, because the cached
machine code is invalidated only by changes to the files of this folder.
"""
