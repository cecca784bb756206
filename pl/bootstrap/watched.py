"""Find out which symbols Streaming is to watch."""

from pathlib import Path
from typing import Final

from pl.bootstrap.shared import resolve_universe
from pl.settings import Settings
from pl.store.universes import UniverseStore
from service.errors import InvalidData, Rejected, SettingsError, Unavailable
from service.variables import RECORDED_UNIVERSE

MAKE_ONE: Final = "make one with `python -m pl universe set NAME:KEY SYMBOL...`"


def watched_symbols(settings: Settings, universes: UniverseStore) -> tuple[str, ...]:
    """Return the symbols of the universe; in a replay that names none, those of the recording.

    The latter are kept as a universe, so that the page lists the same. Raises SettingsError for
    a universe that does not exist, Unavailable for a recording that cannot be read.
    """
    if settings.feed == "replay" and settings.universe_key == RECORDED_UNIVERSE:
        name, _, key = RECORDED_UNIVERSE.partition(":")
        universes.put(name, key, _recorded(Path(settings.replay_path)))
    try:
        return resolve_universe(universes, settings.universe_key)
    except Rejected as error:
        known = ", ".join(universes.universes()) or "none"
        raise SettingsError([f"{error.detail}; known are: {known}; {MAKE_ONE}"]) from error


def _recorded(path: Path) -> tuple[str, ...]:
    from pl.feeds.recording import recorded_symbols  # loads what only a replay needs

    try:
        symbols = recorded_symbols(path)
    except InvalidData as error:
        raise Unavailable("PL_REPLAY_PATH", error.reason) from error
    if not symbols:
        raise Unavailable("PL_REPLAY_PATH", f"{path} holds no symbols")
    return symbols
