"""Build the road of the alerts, and settle what an earlier run left on it."""

from collections.abc import Callable, Sequence

from pl.bootstrap.stores import Stores
from pl.bus.events import EventPublisher
from pl.bus.recovery import recover
from pl.signals.signal import Signal
from pl.store.standing import Standing
from pl.streaming.flows import Flows, FlowState
from pl.streaming.publication import Publication
from pl.streaming.road import Road


def build_road(
    producer: str,
    stores: Stores,
    publisher: EventPublisher,
    standing: Sequence[Standing],
    expires_at: Callable[[Signal], float],
    clock: Callable[[], float],
) -> Road:
    """Return the road, what an earlier run committed published; raises Unavailable.

    standing : flows that earlier runs told of; the spool is drained (`Stores.newest`).
    """
    recovered = recover(stores.patterns, publisher, producer)
    stores.patterns.rehearse(clock())
    publisher.rehearse()
    return Road(
        producer=producer,
        store=stores.patterns,
        spool=stores.spool,
        publication=Publication(publisher, recovered.next_seq - 1, clock),
        flows=Flows(map(FlowState.of, standing)),
        next_seq=recovered.next_seq,
        expires_at=expires_at,
        clock=clock,
    )
