"""Draw what a look found on one screen."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from health_look import Flows, Look, News


def draw(found: Look, now: float) -> str:
    """Return the screen as text."""
    verdict = "healthy" if found.is_healthy else "NOT HEALTHY"
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"TickStock: {verdict}    {at}", "", "services"]
    lines += _services(found)
    lines += ["", *_news(found.news), "", *_flows(found.flows)]
    return "\n".join(lines) + "\n"


def _services(found: Look) -> Iterator[str]:
    for name, page in found.pages.items():
        yield f"  {name:<26}{page.status}"
        for part, state in page.parts.items():
            detail = state.get("detail", "")
            yield f"      {part:<22}{state.get('status', '?')}" + (f"  {detail}" if detail else "")


def _news(news: News) -> Iterator[str]:
    if news.problem:
        yield f"redis         {news.problem}"
        return
    if news.heartbeat_age_s is None:
        yield "heartbeat     none: the producer has not been here"
    else:
        alive = "alive" if news.producer_lives else "dead"
        yield f"heartbeat     {news.heartbeat_age_s:.0f} s ago, producer {alive}"
    for channel, count in (news.subscribers or {}).items():
        yield f"subscribers   {count:>3}  {channel}"


def _flows(flows: Flows) -> Iterator[str]:
    if flows.problem:
        yield f"flows         {flows.problem}"
        return
    each = flows.n / flows.minutes
    yield (
        f"flows         {flows.n} in the last {flows.minutes:g} min ({each:.1f} patterns a minute),"
        f" {flows.whole} with all checkpoints"
    )
    if not flows.whole:
        return
    yield f"  {'ms':<26}{'p50':>9}{'p95':>9}{'max':>9}"
    yield _row("published -> received", flows.to_received_ms)
    yield _row("received -> parsed", flows.to_parsed_ms)
    yield _row("parsed -> delivered", flows.to_delivered_ms)
    yield _row("whole flow", flows.total_ms)


def _row(name: str, values: Sequence[float]) -> str:
    ordered = sorted(values)
    ranks = (ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 95))
    return f"  {name:<26}" + "".join(f"{value:>9.1f}" for value in (*ranks, ordered[-1]))
