"""Misbehave on demand, for drills: what a real feed does on a bad day.

Faults are set through `POST /simulator/faults` (loopback only, no key) or on the object.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final

from service.errors import Rejected

_DAY_MS: Final = 86_400_000
_T: Final = '"t":'
_P: Final = '"p":'


@dataclass(slots=True)
class Faults:
    """Hold the faults that are switched on.

    mute_s : seconds from now during which nothing is sent; close_code : closes every client
    once; malformed_frames : how many broken frames are sent; refuse_auth : every key is
    refused; duplicate_trades, future_trades, negative_trades : how many of the next trades are
    sent twice, stamped a day ahead, given a negative price; rest_status and rest_failures :
    the HTTP status that the next so many REST requests get.
    """

    mute_s: float = 0.0
    close_code: int = 0
    malformed_frames: int = 0
    refuse_auth: bool = False
    duplicate_trades: int = 0
    future_trades: int = 0
    negative_trades: int = 0
    rest_status: int = 503
    rest_failures: int = 0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)
    _muted_until: float = 0.0

    def set(self, wanted: dict[str, Any]) -> None:
        """Switch faults by name; raises Rejected for an unknown name or a wrong type."""
        known = {f.name: type(getattr(self, f.name)) for f in fields(self) if f.name in _NAMES}
        for name, value in wanted.items():
            kind = known.get(name)
            if kind is None:
                raise Rejected("unknown_fault", f"{name}: expected one of {', '.join(_NAMES)}")
            if isinstance(value, bool) != (kind is bool) or not isinstance(
                value, bool | int | float
            ):
                raise Rejected("bad_fault", f"{name}: expected {kind.__name__}, was {value!r}")
            setattr(self, name, kind(value))
        if "mute_s" in wanted:
            self._muted_until = self.clock() + self.mute_s

    def reset(self) -> None:
        """Switch every fault off."""
        self.set({name: getattr(_NONE, name) for name in _NAMES})

    def state(self) -> dict[str, Any]:
        """Return the faults by name, as JSON."""
        return {name: getattr(self, name) for name in _NAMES}

    @property
    def is_mute(self) -> bool:
        """Return whether nothing is sent at the moment."""
        return self.clock() < self._muted_until

    def take_close_code(self) -> int:
        """Return the code to close every client with, once; 0 for none."""
        code, self.close_code = self.close_code, 0
        return code

    def take_malformed_frame(self) -> bytes:
        """Return a frame that is no JSON, as often as was asked for; else nothing."""
        if not self.malformed_frames:
            return b""
        self.malformed_frames -= 1
        return b'[{"ev":"T","sym":"AAPL","p":'

    def take_rest_failure(self) -> int:
        """Return the HTTP status that this request fails with, 0 for none."""
        if not self.rest_failures:
            return 0
        self.rest_failures -= 1
        return self.rest_status

    def spoil(self, texts: list[str]) -> list[str]:
        """Return trade events with the faults that were asked for."""
        if not (self.duplicate_trades or self.future_trades or self.negative_trades):
            return texts
        return [spoilt for text in texts for spoilt in self._spoil_one(text)]

    def _spoil_one(self, text: str) -> list[str]:
        if self.negative_trades:
            self.negative_trades -= 1
            return [text.replace(_P, '"p":-', 1)]
        if self.future_trades:
            self.future_trades -= 1
            head, _, tail = text.rpartition(_T)
            t_ms, comma, rest = tail.partition(",")
            return [f"{head}{_T}{int(t_ms) + _DAY_MS}{comma}{rest}"]
        if self.duplicate_trades:
            self.duplicate_trades -= 1
            return [text, text]
        return [text]


_NAMES: Final = tuple(f.name for f in fields(Faults) if f.name not in {"clock", "_muted_until"})
_NONE: Final = Faults()
