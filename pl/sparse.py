"""Lend room of which the system takes only the pages that are written.

numpy asks for pages of 2 MB for large arrays. They spare a kernel that reads everything a twentieth
of its time, but the first byte written into one takes, and clears, all of it: 1.4 GB of room for
bars that are not there yet cost 2 to 3 s at a start, and the memory.
"""

import math
import mmap
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def sparse(shape: Sequence[int], dtype: "npt.DTypeLike") -> npt.NDArray[Any]:
    """Return zeros in C order whose memory is taken 4 KB at a time, as they are written."""
    n = math.prod(shape)
    size = n * np.dtype(dtype).itemsize
    if not size:
        return np.zeros(shape, dtype)
    return np.frombuffer(mmap.mmap(-1, size), dtype, n).reshape(shape)
