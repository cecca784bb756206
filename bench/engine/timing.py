"""Check that all agree, time them in turns, then time the close of a whole market's minute."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from bench.engine.everything import Closes, close_alone
from bench.engine.market import Float64, walks
from bench.engine.peers import Peers
from bench.engine.shared_indicators import take_all
from bench.peers.names import COMMON
from bench.report import Report, machine, median, say

N_BARS: Final = 300
N_CLOSES: Final = 20
SHARES: Final = {
    "NautilusTrader": 110,
    "talipp": 110,
    "TA-Lib handles": 11_000,
    "TA-Lib arrays": 110,
    "pandas": 11,
}
"""Symbols that a peer is timed on: the slower, the fewer. Fewer suits it: they fit its caches.

TA-Lib's handles, of which a ratio is asked that is close, have the whole market, as we have."""
TOLERANCE: Final = {
    "NautilusTrader": 1e-7,
    "talipp": 1e-7,
    "TA-Lib handles": 1e-9,
    "TA-Lib arrays": 1e-9,
    "pandas": 1e-7,
}
"""Of the price, after 300 bars. The wider one is for averages that other seeds still move, and for
standard deviations that running sums round."""
CHECKED: Final = 11
AT_LEAST: Final = {"NautilusTrader": 50.0, "TA-Lib handles": 15.0}
CLOSE_MS: Final = 40.0
RESIDENT_MIB: Final = 1536


def run(root: Path, n_symbols: int, rounds: int) -> int:
    """Compare, time and report; the last line is JSON."""
    report = Report("engine", results={"machine": machine()})
    say(f"engine: {n_symbols:,} symbols x {N_BARS} bars, {len(COMMON)} indicators that all have")
    bars = walks(n_symbols, N_BARS + N_CLOSES)
    with tempfile.TemporaryDirectory() as folder:
        bars_file = Path(folder) / "bars.npy"
        np.save(bars_file, bars[:N_BARS, :, : max(SHARES.values())])
        with Peers(root, bars_file) as peers:
            report.peers = {"versions": peers.versions()}
            compare(bars[:N_BARS], peers)
            time_in_turns(bars[:N_BARS], peers, rounds, report)
    say(f"closing {N_CLOSES} minutes with everything on")
    conclude(close_alone(n_symbols, N_BARS, N_CLOSES), report)
    report.print_line()
    return 0


def compare(bars: Float64, peers: Peers) -> None:
    """Raise AssertionError unless each peer's values are ours, within its tolerance."""
    ours, _ = take_all(np.ascontiguousarray(bars[:, :, :CHECKED]))
    scale = bars[-1, 3, :CHECKED, None]
    for name, tolerance in TOLERANCE.items():
        off = np.abs(peers.values(name, CHECKED) - ours) / scale
        worst = dict(zip(COMMON, off.max(axis=0).tolist(), strict=True))
        if not np.all(off <= tolerance):
            raise AssertionError(f"{name}: off by shares of the price {worst}")
        say(f"  {name:<16} the same to {max(worst.values()):.1e} of the price")


def time_in_turns(bars: Float64, peers: Peers, rounds: int, report: Report) -> None:
    """Time us and the peers in turns; note medians and ratios, ours over theirs."""
    n_bars, _, n_symbols = bars.shape
    take_all(np.ascontiguousarray(bars[:2, :, :2]))
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in SHARES}
    for _ in range(rounds):
        ours.append(1e6 * take_all(bars)[1] / (n_bars * n_symbols))
        for name, share in SHARES.items():
            theirs[name].append(peers.us_a_bar(name, min(share, n_symbols)))
    own = float(np.median(ours))
    report.results["us_a_bar"] = round(own, 4)
    say(f"{'microseconds a bar of a symbol':<34}{own:>10.3f}")
    for name, each in theirs.items():
        took = float(np.median(each))
        report.peers[name] = {"us_a_bar": round(took, 3), "symbols": min(SHARES[name], n_symbols)}
        report.ratios[name] = round(own / took, 5)
        say(f"  {name:<32}{took:>10.3f}   {took / own:>8.1f} times ours")
    for name, least in AT_LEAST.items():
        report.met[f"at least {least:.0f} x {name}"] = report.ratios[name] <= 1.0 / least


def conclude(found: Closes, report: Report) -> None:
    """Note what a close took and how much memory the process came to hold."""
    parts = found.update_ms, found.compare_ms, found.cross_ms, found.choose_ms
    whole = [sum(each) for each in zip(*parts, strict=True)]
    facts = {
        "close_ms": median(whole),
        "update_ms": median(found.update_ms),
        "compare_ms": median(found.compare_ms),
        "cross_ms": median(found.cross_ms),
        "choose_ms": median(found.choose_ms),
        "write_chosen_ms": median(found.write_ms),
        "entries_a_close": median(found.entries),
        "combo_entries_a_close": median(found.combos),
        "indicator_alerts_a_close": median(found.crossings),
        "chosen_a_close": median(found.chosen),
        "held_mib": found.held_mib,
        "days_mib": found.days_mib,
        "resident_mib": found.resident_mib,
    }
    for name, value in facts.items():
        say(f"  {name:<32}{value:>10.2f}")
    report.results["everything"] = facts
    report.met[f"close within {CLOSE_MS:.0f} ms"] = facts["close_ms"] <= CLOSE_MS
    report.met[f"within {RESIDENT_MIB} MiB"] = found.resident_mib <= RESIDENT_MIB
