"""Know which channels a client has asked for."""

from typing import Final

KINDS: Final = ("T", "A", "AM", "Q", "LULD")
ALL: Final = "*"


class Subscriptions:
    """Hold channels such as `T.AAPL` and `AM.*`, by kind."""

    def __init__(self) -> None:
        self._symbols: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def add(self, channel: str) -> bool:
        """Add a channel; False when its topic is unknown or it is there already."""
        kind, symbol = _split(channel)
        if kind not in self._symbols or not symbol or symbol in self._symbols[kind]:
            return False
        self._symbols[kind].add(symbol)
        return True

    def remove(self, channel: str) -> bool:
        """Remove a channel; False when it was not there."""
        kind, symbol = _split(channel)
        if symbol not in self._symbols.get(kind, ()):
            return False
        self._symbols[kind].remove(symbol)
        return True

    def wants(self, kind: str) -> bool:
        """Return whether anything of a kind is subscribed to."""
        return bool(self._symbols[kind])

    def wants_all(self, kind: str) -> bool:
        """Return whether every symbol of a kind is subscribed to."""
        return ALL in self._symbols[kind]

    def symbols(self, kind: str) -> frozenset[str]:
        """Return the symbols of a kind that are subscribed to by name."""
        return frozenset(self._symbols[kind] - {ALL})


def kind_of(channel: str) -> str:
    """Return the topic of a channel: `T` of `T.AAPL`."""
    return _split(channel)[0]


def channels(params: object) -> list[str]:
    """Return the channels named by a request's `params`, without the spaces around them."""
    text = params if isinstance(params, str) else ""
    return [channel for part in text.split(",") if (channel := part.strip())]


def _split(channel: str) -> tuple[str, str]:
    kind, _, symbol = channel.partition(".")
    return kind, symbol
