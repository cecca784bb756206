"""Describe what a set of indicators declares about itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TaLib:
    """Name what TA-Lib says of the same: its function with its own parameters, and which output.

    settled : bars after which the two agree, where they start apart; 0: from the first value on;
    later : bars by which TA-Lib begins later.
    """

    function: str
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    output: str = ""
    settled: int = 0
    later: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """Declare one column of the indicator rows.

    warm_up : bars of its walk up to and with the first that has a value; 0: counted in sessions;
    unit : USD, shares, percent and so on, or the range "a to b" that it never leaves; rule : what
    it is, in words; parameters : by name; talib : the witness, where TA-Lib has it; published :
    file and key in the published results; twin : the test that holds a plain twin; differs : where
    the definition is another than the witness's.
    """

    name: str
    warm_up: int
    unit: str
    rule: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    talib: TaLib | None = None
    published: tuple[str, str] | None = None
    twin: str = ""
    differs: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """Declare columns that one kernel writes.

    write : inner leaf of any of `out, state, bars, i`, the bar's row, the walk's state that has
    looked at bar `i`, and the symbol's bars; None where something else than these is needed, which
    its text names; source : book, paper or author; home : the module that declares it.
    """

    columns: tuple[Column, ...]
    source: str
    write: Callable[..., None] | None
    home: str
