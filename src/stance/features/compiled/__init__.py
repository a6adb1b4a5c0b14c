"""Compiled loops: arrays in, arrays out.

Nothing here holds the interpreter's lock. With ``NUMBA_DISABLE_JIT=1`` the
loops run as plain Python; so that both ways agree, no sum or product leaves
64 bits. They import nothing from other rooms, because the files of this folder
are what `stance.features.compiled.compilation` looks at to decide whether
machine code on the disk is still up to date.
"""
