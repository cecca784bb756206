"""Know the definitions of all columns, in the order of the rows."""

from typing import Final

from pl.discovery import found
from pl.signals.indicators import rules
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN, INDICATOR_NAMES


def _first(one: IndicatorSet) -> int:
    return min(COLUMN[column.name] for column in one.columns)


def _in_order(sets: tuple[IndicatorSet, ...]) -> tuple[Column, ...]:
    """Return the columns by their places; raises ValueError unless each is defined once."""
    columns = [column for one in sets for column in one.columns]
    names = sorted((column.name for column in columns), key=INDICATOR_NAMES.index)
    if tuple(names) != INDICATOR_NAMES:
        wrong = set(INDICATOR_NAMES) ^ set(names) or {n for n in names if names.count(n) > 1}
        raise ValueError(f"indicators: expected one definition of each, not of {sorted(wrong)}")
    return tuple(sorted(columns, key=lambda column: COLUMN[column.name]))


SETS: Final = tuple(sorted(found(IndicatorSet, rules), key=_first))
COLUMNS: Final = _in_order(SETS)
