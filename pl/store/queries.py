"""Answer the API's questions about patterns and indicators, newest first, page by page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from contracts.codec import decode
from contracts.messages.patterns import timed
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.store.connection import Cursor, Database
from pl.store.indicators import indicator_table
from service.errors import Rejected

Row = dict[str, Any]

MOST_ROWS: Final = 1_000

_LAST_SEQ: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_PATTERNS: Final = """
SELECT pattern, direction, timeframe, tier, confidence, current_price, price_change, volume,
       bar_time, detected_at, received_at, expires_at, life, revision, reason, quality, degraded,
       indicators, levels, geometry, flow_id::text AS flow_id, producer, seq, event
FROM pattern_events AS event
WHERE symbol = %(symbol)s
  AND (%(tier)s::text IS NULL OR tier = %(tier)s)
  AND (%(timeframe)s::text IS NULL OR timeframe = %(timeframe)s)
  AND (%(pattern)s::text IS NULL
       OR translate(lower(pattern), '_ ', '') = translate(lower(%(pattern)s), '_ ', ''))
  AND (%(life)s::text IS NULL OR life = %(life)s)
  AND (%(start)s::timestamptz IS NULL OR bar_time >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR bar_time < %(end)s)
  AND NOT (%(latest)s AND EXISTS (
      SELECT FROM pattern_events AS later
      WHERE later.flow_id = event.flow_id AND later.seq > event.seq
  ))
  AND (%(after_time)s::timestamptz IS NULL
       OR (bar_time, seq, producer)
          < (%(after_time)s::timestamptz, %(after_seq)s, %(after_producer)s))
ORDER BY bar_time DESC, seq DESC, producer DESC
LIMIT %(limit)s
"""

_INDICATORS: Final = """
SELECT timeframe, "timestamp", {names}
FROM {table}
WHERE symbol = %(symbol)s AND timeframe = %(timeframe)s
  AND (%(start)s::timestamptz IS NULL OR "timestamp" >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR "timestamp" < %(end)s)
  AND (%(after_time)s::timestamptz IS NULL OR "timestamp" < %(after_time)s)
{condition}
ORDER BY "timestamp" DESC
LIMIT %(limit)s
"""

_OF_PATTERN: Final = """
  AND "timestamp" IN (
      SELECT bar_time FROM pattern_events AS event
      WHERE event.symbol = %(symbol)s AND event.timeframe = %(timeframe)s
        AND translate(lower(pattern), '_ ', '') = translate(lower(%(pattern)s), '_ ', '')
  )
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold rows, newest first; `next` asks for the page after this one, None: it is the last."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Hold where a page ended; `time` None: nowhere yet."""

    time: datetime | None
    seq: int
    producer: str


@dataclass(frozen=True, slots=True)
class Period:
    """Hold bar times in [start, end), in UTC; None is open."""

    start: datetime | None = None
    end: datetime | None = None


ALWAYS: Final = Period()


class SignalQueries:
    """Read patterns and indicators; raises Unavailable, and Rejected for a `next` not of ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def patterns(
        self,
        symbol: str,
        *,
        tier: str | None = None,
        timeframe: str | None = None,
        pattern: str | None = None,
        life: str | None = None,
        latest: bool = False,
        period: Period = ALWAYS,
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """Return pattern events of a symbol; `pattern` ignores case, `_` and spaces.

        Times are datetimes, those of a geometry, too. latest : of each flow only what was said
        last.
        """
        place = place_of(after)
        wanted = {
            "symbol": symbol,
            "tier": tier,
            "timeframe": timeframe,
            "pattern": pattern,
            "life": life,
            "latest": latest,
            "start": period.start,
            "end": period.end,
            "after_time": place.time,
            "after_seq": place.seq,
            "after_producer": place.producer,
        }
        rows = [_as_told(row) for row in rows_of(self._database, _PATTERNS, wanted, limit)]
        return page_of(rows, limit, "bar_time")

    def indicators(
        self,
        symbol: str,
        *,
        timeframe: str = "1min",
        pattern: str | None = None,
        period: Period = ALWAYS,
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """Return indicators of a symbol, a row a bar: timeframe, timestamp and `values`.

        pattern : only of the bars that it was published for.
        """
        query = _INDICATORS.format(
            names=", ".join(INDICATOR_NAMES),
            table=indicator_table(timeframe),
            condition=_OF_PATTERN if pattern else "",
        )
        wanted = {
            "symbol": symbol,
            "timeframe": timeframe,
            "pattern": pattern,
            "start": period.start,
            "end": period.end,
            "after_time": place_of(after).time,
        }
        rows = [_with_values(row) for row in rows_of(self._database, query, wanted, limit)]
        return page_of(rows, limit, "timestamp")


def rows_of(database: Database, query: str, wanted: Row, limit: int) -> list[Row]:
    """Return one row more than asked for, so that the last page is known."""

    def work(cursor: Cursor) -> list[Row]:
        cursor.execute(query, wanted | {"limit": min(limit, MOST_ROWS) + 1})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return database.run(work)


class _Told(msgspec.Struct):
    """Hold what an event says that has no column of its own."""

    null_rate: float | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class _Event(msgspec.Struct):
    """Hold what an event was published with: `data` of a detection, `payload` of an update."""

    data: _Told | None = None
    payload: _Told | None = None


def _as_told(row: Row) -> Row:
    """Return the row of a pattern with what only its event holds, and the times of its drawing."""
    event = decode(row.pop("event"), _Event)
    told = event.payload or event.data or _Told()
    geometry = row["geometry"] and timed(row["geometry"], _moment)
    return row | msgspec.structs.asdict(told) | {"geometry": geometry}


def _moment(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)


def _with_values(row: Row) -> Row:
    values = {name: row[name] for name in INDICATOR_NAMES if row[name] is not None}
    return {"timeframe": row["timeframe"], "timestamp": row["timestamp"], "values": values}


def page_of(rows: list[Row], limit: int, time_column: str) -> Page:
    """Return the page that rows fill, one more of which says that it is not the last."""
    kept = rows[: min(limit, MOST_ROWS)]
    if len(kept) == len(rows) or not kept:
        return Page(kept, None)
    last = kept[-1]
    micros = (last[time_column] - _EPOCH) // timedelta(microseconds=1)
    return Page(kept, f"{micros}-{last.get('seq', 0)}-{last.get('producer', '')}")


def place_of(after: str | None) -> Place:
    """Return where the page before ended; raises Rejected for a `next` not of ours."""
    if after is None:
        return Place(None, 0, "")
    micros, seq, producer = (*after.split("-", 2), "", "")[:3]
    try:
        place = Place(_EPOCH + timedelta(microseconds=int(micros)), int(seq), producer)
    except (ValueError, OverflowError) as error:
        raise _bad_next(after) from error
    if not 0 <= place.seq <= _LAST_SEQ or not producer.isprintable():
        raise _bad_next(after)
    return place


def _bad_next(after: str) -> Rejected:
    return Rejected("bad_next", f"next: expected a value of ours, was {after}", 422)
