"""Draw reproducible random numbers by key, without any state.

The n-th draw of a key is a hash of (key, n): splitmix64, whose bits pass BigCrush. Nothing is
consumed in order, so any part of the market can be made without the parts before it, and the
numbers do not depend on the version of numpy.

Source : Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
"""

from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

UInt64 = npt.NDArray[np.uint64]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)


def key_of(*parts: str | int) -> int:
    """Return the 64-bit key of the named parts, such as (seed, symbol, "path", day)."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def draws_at(key: int, positions: Int64) -> UInt64:
    """Return the 64 random bits at each position (n,) of a key."""
    z = positions.astype(np.uint64)
    z *= _GOLDEN
    z += np.uint64(key)
    z ^= z >> _S30
    z *= _MIX_1
    z ^= z >> _S27
    z *= _MIX_2
    z ^= z >> _S31
    return z


def draws(key: int, n: int) -> UInt64:
    """Return the first n draws of a key, 64 random bits each."""
    return draws_at(key, np.arange(1, n + 1, dtype=np.int64))


def lane(bits: UInt64, index: int) -> Float64:
    """Return one of the four 16-bit lanes of each draw as a number in [0, 1)."""
    return _lanes(bits)[:, index].astype(np.float64) * 2.0**-16


def lane_int(bits: UInt64, index: int) -> Int64:
    """Return one of the four 16-bit lanes of each draw as an integer below 65,536."""
    return _lanes(bits)[:, index].astype(np.int64)


def normals(bits: UInt64) -> Float64:
    """Return one nearly normal number a draw: the scaled sum of its four lanes.

    Mean 0, standard deviation 1, within 3.47 on either side; the market's fat tails come from
    changing volatility and from events, not from these draws. Exact on every machine.
    """
    lanes = _lanes(bits)
    total = lanes[:, 0].astype(np.int32) + lanes[:, 1] + lanes[:, 2] + lanes[:, 3]
    scaled: Float64 = (total.astype(np.float64) * 2.0**-16 - (2.0 - 2.0**-15)) * 3.0**0.5
    return scaled


def _lanes(bits: UInt64) -> npt.NDArray[np.uint16]:
    """Return the draws (n,) as (n, 4) lanes, the lowest first, on machines of either order."""
    return bits.astype("<u8", copy=False).view("<u2").reshape(-1, 4)
