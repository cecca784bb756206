"""Get the sound events out of a frame that is not sound as a whole."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec

MOST_BREAKS: Final = 200
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding may raise for bytes that are no JSON, no text, or nested without end."""

_pieces = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()
_lenient = json.JSONDecoder()


class Broken:
    """Stand for a stretch of a frame that could not be read."""

    def __init__(self, cause: str) -> None:
        self.cause = cause


def salvage(frame: bytes, sound: msgspec.json.Decoder[Any]) -> Iterator[object]:
    """Yield what `sound` reads of `frame`, plain objects for what only is JSON, `Broken` else.

    Tolerates the literals NaN and Infinity, truncation, broken text and invalid UTF-8; what
    follows the 200th break is given up.
    """
    try:
        pieces = _pieces.decode(frame)
    except msgspec.ValidationError:
        pieces = [msgspec.Raw(frame)]
    except UNREADABLE:
        yield from _walk(frame.decode("utf-8", "replace"))
        return
    for piece in pieces:
        yield _read(piece, sound)


def _read(piece: msgspec.Raw, sound: msgspec.json.Decoder[Any]) -> object:
    with suppress(*UNREADABLE):
        return sound.decode(piece)
    with suppress(*UNREADABLE):
        return _any.decode(piece)
    return Broken("event: unreadable number, text or depth")


def _walk(text: str) -> Iterator[object]:
    at, breaks = text.find("{"), 0
    if at < 0:
        yield Broken("frame: not JSON")
    while at >= 0 and breaks < MOST_BREAKS:
        try:
            event, end = _lenient.raw_decode(text, at)
        except (ValueError, RecursionError):
            breaks, end = breaks + 1, at + 1
            yield Broken("frame: broken JSON")
        else:
            yield event
        at = text.find("{", end)
