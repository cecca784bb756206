"""Hear what the feed says about itself; doubt, refetch and report what it puts in question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from contracts.codec import iso
from contracts.messages.streaming import CriticalAlert
from pl.market.batches import FeedNotice
from pl.streaming.announcer import Announcer
from pl.streaming.counters import Counters
from pl.streaming.repair import Repair
from pl.streaming.watch import Gap, Watch
from pl.trouble import TroubleDesk

log = structlog.get_logger()

LATE_MINUTES: Final = 16
"""Trades may come so much later: those that came while nobody watched are fetched."""

LOST: Final = frozenset({"disconnected", "mute", "evicted"})
FOREIGN: Final = "not in the universe"
EXPECTED: Final = frozenset({"duplicate"})
"""Causes that are no fault of the feed: it sends again what we had."""
SUPERSEDED: Final = "superseded"
SETTLING_S: Final = (LATE_MINUTES + 2) * 60.0
"""So long after a feed came (back) trades still come late to minutes that were fetched."""


@dataclass(slots=True)
class Attention:
    """Know whether the feed was watched, and what was dropped.

    repair : None for a feed without REST; regained_s : when it last came (back);
    refused : why the feed will not have us;
    ended_with : why a feed at its end brought nothing.
    """

    watch: Watch
    repair: Repair | None
    announcer: Announcer
    counters: Counters
    trouble: TroubleDesk
    refused: str = ""
    regained_s: float = float("-inf")
    ended_with: str = ""

    def hear(self, notice: FeedNotice, at_ms: int) -> list[Gap]:
        """Take a notice; return the minutes in doubt. at_ms : its moment by the feed's clock."""
        match notice.kind:
            case "subscribed":
                self.counters.connections += 1
                self.regained_s = notice.at
                return [self.doubt(self.watch.regained(at_ms))]
            case "resumed":
                self.regained_s = notice.at
                return [self.doubt(self.watch.regained(at_ms))]
            case "overflow":
                self.trouble.report("FEED_OVERFLOW", notice.detail, notice.at, severity="error")
                return [self.doubt(self.watch.lost(at_ms))]
            case kind if kind in LOST:
                self.counters.connections_failed += 1
                self.trouble.report(f"FEED_{kind.upper()}", notice.detail, notice.at)
                return [self.doubt(self.watch.lost(at_ms))]
            case "malformed":
                self.counters.dropped[notice.detail] += notice.count
                detail = f"dropped: {notice.detail}"
                self.trouble.report(
                    "MALFORMED_DATA",
                    detail,
                    notice.at,
                    count=notice.count,
                    each_message=True,
                )
            case "foreign":
                self.counters.dropped[FOREIGN] += notice.count
                detail = f"{FOREIGN}: {notice.detail}"
                self.trouble.report("FOREIGN_SYMBOLS", detail, notice.at, count=notice.count)
            case "end" if not notice.count:
                self.trouble.report("REPLAY_PLAYED", notice.detail, notice.at, severity="info")
                self.ended_with = notice.detail
            case "refused":
                self._refuse(notice)
        return []

    def refuse(self, cause: str, count: int, now_s: float) -> None:
        """Count events that cannot be true, or are not new."""
        self.counters.dropped[cause] += count
        if cause == SUPERSEDED and now_s - self.regained_s < SETTLING_S:
            log.debug("late_to_fetched_minutes", count=count)
            return
        severity = "info" if cause in EXPECTED else "warning"
        self.trouble.report(
            f"REFUSED_{cause.upper()}",
            f"events refused: {cause}",
            now_s,
            severity=severity,
            count=count,
        )

    def order(self, gap: Gap, symbols: Sequence[str] = ()) -> None:
        """Ask for minutes by REST, where there is REST."""
        if self.repair is not None:
            self.repair.order(gap, symbols)

    def doubt(self, gap: Gap) -> Gap:
        """Ask for minutes not watched, and those to which trades may have come late in them."""
        self.order(gap.reaching_back(LATE_MINUTES))
        return gap

    def start_due(self, now_ms: int) -> None:
        """Fetch what has settled by `now_ms`."""
        if self.repair is not None:
            self.repair.start_due(now_ms)

    def _refuse(self, notice: FeedNotice) -> None:
        self.refused = notice.detail
        message = f"the feed was refused: {notice.detail}"
        self.trouble.report("FEED_REFUSED", message, notice.at, severity="critical")
        alert = CriticalAlert(
            type="feed_refused", severity="critical", message=message, timestamp=iso(notice.at)
        )
        self.announcer.critical(alert, notice.at)
