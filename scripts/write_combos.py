#!/usr/bin/env python3
"""Write docs/reference/combos.md from the declarations of the combos; `--check` only compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pl.signals.combos.catalogue import COMBOS  # noqa: E402 - the checkout is put on the path above
from pl.signals.combos.declaration import (  # noqa: E402
    Combo,
    Condition,
    Conditions,
    Fires,
    Found,
    Holds,
    Level,
    Setup,
    Trigger,
)
from pl.signals.combos.trades import StopAt  # noqa: E402
from pl.signals.hits import BEARISH, BULLISH  # noqa: E402
from pl.signals.rates import MEASURED  # noqa: E402
from scripts.combo_examples import FAMILY  # noqa: E402
from scripts.measuring_combos import SYMBOLS  # noqa: E402
from scripts.rates_text import cell  # noqa: E402
from scripts.signal_pages import shown  # noqa: E402
from scripts.write_examples import read_examples  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "combos.md"
DIRECTIONS = {BULLISH: "bullish", BEARISH: "bearish"}
STOPS = {
    StopAt.TRIGGER: "the trigger's",
    StopAt.TRIGGER_LEVEL: "{ranges:g} bar ranges behind the slower average",
    StopAt.SETUP_LEVEL: "{ranges:g} daily ranges behind the level",
}

INTRODUCTION = """# Combos

Written by `.venv-pl/bin/python scripts/write_combos.py`; a test holds it up to date.

A combo joins a **setup**, fixed when a daily bar completes and valid in the sessions after it, with
a **trigger**, judged as an intraday bar closes. The running day is never looked at: a day that
trades is no setup before it is over. A symbol without a bar of the session before has no level and
no state of its indicators; daily patterns of the sessions before that stay setups as long as their
sentence says. A daily chart pattern is one from its break on, never while it forms.
The entries have tier `combo`, the timeframe of the trigger, one `flow_id` of symbol, timeframe,
name and both bars, and are taken back when a revision takes back either half.

They are declared as data in `pl/signals/combos/catalogue.py`: a new one is one more entry there,
its name at the end of `names.py`, and this page written again.

**Confidence** = setup x setup score + trigger x trigger score + volume x volume score + context x
context score, to two decimals; the weights add up to 1 and every score lies between 0 and 1, so it
never falls when one of them rises.

| score | of | is |
|---|---|---|
| setup | a level of several days | 0.5 + 0.5 x / (1 + x), x the sessions it has stood over 5 |
| | a level of one day | where the day closed in its range, 1 at the level |
| | conditions | the least of 0.5 + 0.5 x / (1 + x), x the distance in the unit shown |
| | a daily pattern | its confidence, falling in equal steps to half of it in the last session |
| trigger | a close beyond a level | (0.5 + d) / (1 + d), d the distance in the bars' mean ranges |
| | an open that holds | likewise, d the nearest approach in the days' mean ranges |
| | an intraday pattern | its confidence |
| volume | | r / (1 + r), r the volume over the mean of the 20 bars before |
| context | | as for [signals](signals.md), of the bars before the trigger |

**Life.** The entry is the close of the trigger's bar. A combo on a level of days has its stop a
quarter of the daily mean true range behind that level, and its target twice as far from the entry
as the stop; other combos have stop and target of their trigger, and one on crossing averages, which
name none, a stop one mean true range of the bars behind the slower average. A combo ends as every
signal does (`docs/decisions/0010-a-signal-ends-by-the-bars-after-it.md`): at the first later bar
that reaches its stop (`failed`) or target (`target_reached`), or after as many bars as "for" says
(`expired`): as long as its trigger, or as long as any signal may where it is traded by ranges of
days. It is a trade of one session, as its setup is: what is open when the day is complete, or when
a later session has begun, has `expired` at the close of the session's last bar.

"Alert from" is the least confidence that becomes an alert, and after how many bars the same may
alert again.

A setup is silent while a restated bar, as after a split, is among the days it reads, and every
trigger in a session with one (`pl/signals/scales.py`): it is counted.

**Rates** are fires per 1,000 bars of a timeframe that reach the confidence of an alert: on real
bars and, after the slash, by chance. Real are {minutes:,} recorded minutes of {n_symbols} stocks
with their days, so that one fire is {one:.3f}; of bars of 5 minutes there are too few to tell a
rate. Chance are {walked:,} minutes, and the {fives:,} bars of 5 minutes that they make, of walks
that draw days and, for each minute, among those of the same time of day
(`scripts/measuring_combos.py`). The rate by chance on the alert's own timeframe is its
`null_rate`.

| combo | direction | setup | trigger | weights | alert from | stop | for | 1min | 5min | source |
|---|---|---|---|---|---|---|---|---|---|---|
"""

EXAMPLES = """
## Drawn

The minutes around a find in the recorded ones, New York time: the bar that triggered on a light
ground with an arrow, the level dashed, or the VWAP where the combo has no level. The bars are facts
of recorded minute bars of QuantConnect LEAN (Apache-2.0).

**Without an example**, because nothing of the kind happened in the {minutes:,} recorded minutes:
{n} of them, {silent}.
"""


def page() -> str:
    """Return the whole page."""
    words = "\n".join(f"- **{combo.name}**: {combo.words}" for combo in COMBOS)
    minutes = MEASURED["1min"].combo_bars
    introduction = INTRODUCTION.format(
        minutes=minutes.real,
        n_symbols=len(SYMBOLS),
        one=1000.0 / minutes.real,
        walked=minutes.random,
        fives=MEASURED["5min"].combo_bars.random,
    )
    table = "\n".join(map(_row, COMBOS))
    return f"{introduction}{table}\n\n## In words\n\n{words}\n{''.join(_drawings())}"


def _drawings() -> Iterator[str]:
    """Yield the part with the drawn examples, and which combos have none."""
    examples = {one.name: one for one in read_examples() if one.family == FAMILY}
    silent = [f"`{combo.name}`" for combo in COMBOS if combo.name not in examples]
    yield EXAMPLES.format(
        minutes=MEASURED["1min"].combo_bars.real, n=len(silent), silent=", ".join(silent)
    )
    for combo in COMBOS:
        if combo.name in examples:
            yield f"\n### {combo.name}\n{shown(examples[combo.name])}"


def _row(combo: Combo) -> str:
    weights = combo.weights
    cells = (
        f"`{combo.name}`",
        DIRECTIONS.get(combo.direction, "that of both halves"),
        _setup(combo.setup),
        " ".join(_trigger(combo)),
        f"{weights.setup:g} / {weights.trigger:g} / {weights.volume:g} / {weights.context:g}",
        f"{combo.alert.min_confidence:g}, {combo.alert.cool_down_bars} bars",
        STOPS[combo.trade.stop].format(ranges=combo.trade.ranges),
        f"{combo.trade.horizon_bars} bars",
        cell(combo.name, "1min"),
        cell(combo.name, "5min"),
        combo.source,
    )
    return "| " + " | ".join(cells) + " |"


def _setup(setup: Setup) -> str:
    match setup:
        case Level():
            return f"the {setup.said}"
        case Conditions():
            return ", ".join(map(_condition, setup.all_of))
        case Found():
            names = ", ".join(f"`{name}`" for name in setup.names)
            sessions = "the session" if setup.sessions == 1 else f"the {setup.sessions} sessions"
            return f"{names} in {sessions} before"


def _condition(condition: Condition) -> str:
    sign = ">" if condition.above else "<"
    return f"`{condition.left}` {sign} `{condition.right}` (unit `{condition.scale}`)"


def _trigger(combo: Combo) -> Iterator[str]:
    yield _told(combo.trigger)
    if combo.least_volume:
        yield f"on {combo.least_volume:g} times the usual volume"
    yield f"({', '.join(sorted(combo.timeframes))})"


def _told(trigger: Trigger) -> str:
    match trigger:
        case Fires():
            names = ", ".join(f"`{name}`" for name in trigger.names)
            return f"{names} at the VWAP" if trigger.at_vwap else names
        case Holds():
            return f"open beyond it, held for {trigger.minutes} minutes"
        case _:
            return "first close of the session beyond it"


def main() -> int:
    """Write the page, or compare."""
    told = page()
    if "--check" in sys.argv[1:]:
        return int(not PAGE.exists() or PAGE.read_text() != told)
    PAGE.write_text(told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
