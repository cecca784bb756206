"""Tell where planted chart patterns are lost whose break comes without raised volume."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES
from pl.signals.chart.scan import scan
from pl.signals.chart.sketch import CONFIDENCE
from tests.pl.signals.chart.planting import Array, Planted
from tests.pl.signals.chart.scoring import matches

Fields = Sequence[tuple[Array, list[Planted]]]
Fates = Mapping[str, Counter[str]]

FOUND: Final = "found"
LOGGED: Final = "logged"
BELOW: Final = "below"
UNSEEN: Final = "unseen"
FATES: Final = (FOUND, LOGGED, BELOW, UNSEEN)
TITLE: Final = "## Where those on even volume are lost"
TEXT: Final = """
What became of the same patterns on seed {seed}, in percent: *found*, it alerts; *logged*, seen with
the right anchors, but up to 0.05 below an alert; *below*, less sure than that, though on raised
volume it alerts; *unseen*, on raised volume it is not found either: another name or an anchor too
far off. No condition asks for volume: what is lost is lost to the confidence, of which volume is
four tenths (`pl/signals/chart/confidence.py`). A break on its usual volume lacks about 0.07 of what
one on twice the usual has. Alerts that ask for less would tell what random walks draw as well.

"""


def fates(raised: Fields, even: Fields) -> Fates:
    """Return what became of each pattern planted in both, by name."""
    out: dict[str, Counter[str]] = {name: Counter() for name in CHART_NAMES}
    for (bars, truths), (flat, _) in zip(raised, even, strict=True):
        finds, flat_finds = scan(bars), scan(flat)
        for truth in truths:
            out[truth.name][_fate(truth, finds, flat_finds)] += 1
    return out


def _fate(truth: Planted, raised: Sequence[Array], even: Sequence[Array]) -> str:
    least = ALERT_CONFIDENCE[truth.name]
    seen = _confidence(truth, even)
    if seen >= least:
        return FOUND
    if seen > 0.0:
        return LOGGED
    return BELOW if _confidence(truth, raised) >= least else UNSEEN


def _confidence(truth: Planted, finds: Sequence[Array]) -> float:
    """Return that of the surest find of a planted pattern, 0 where there is none."""
    return max((float(find[CONFIDENCE]) for find in finds if matches(find, truth)), default=0.0)


def share(counted: Counter[str], fate: str) -> float:
    """Return how many shared a fate, in percent."""
    return 100.0 * counted[fate] / counted.total()


def lost_table(counted: Fates) -> str:
    """Return the table of the fates."""
    rows = {**counted, "**all**": sum(counted.values(), Counter())}
    text = f"| pattern | {' | '.join(FATES)} |\n{'|---' * (len(FATES) + 1)}|\n"
    for name, one in rows.items():
        text += f"| {name} | {' | '.join(f'{share(one, fate):.1f}' for fate in FATES)} |\n"
    return text


def lost_part(seed: int, counted: Fates) -> str:
    """Return the part of the page that tells of them."""
    return f"\n{TITLE}\n{TEXT.format(seed=seed)}{lost_table(counted)}"
