"""Publish at start what was committed and not published."""

from dataclasses import dataclass

from pl.bus.events import EventPublisher
from pl.store.patterns import PatternStore


@dataclass(frozen=True, slots=True)
class Recovered:
    """Say how many events were published late, and the number that the next event gets."""

    republished: int
    next_seq: int


def recover(patterns: PatternStore, publisher: EventPublisher, producer: str) -> Recovered:
    """Bring stream and store together; drain the spool before.

    A cursor that Redis has lost is set to the highest number marked as published; every stored
    event above the cursor is published, in order and with its stored bytes. Raises Unavailable.
    """
    cursor = publisher.restore_cursor(patterns.published_seq(producer))
    republished = 0
    while events := patterns.outbox(producer, cursor):
        republished += len(publisher.publish(events).ids)
        cursor = events[-1].data.seq
    patterns.mark_published(producer, cursor)
    return Recovered(republished, cursor + 1)
