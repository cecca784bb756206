"""Listen for orders on a thread of its own and pass them to the event loop."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from contracts.messages.jobs import JobStatus
from pl.bus.jobs import JobQueue
from pl.bus.orders import Job, Order
from service.errors import Unavailable

log = structlog.get_logger()

LISTEN_S: Final = 0.5
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0

Deliver = Callable[[Order | None, JobStatus | None], None]


@dataclass(slots=True)
class Intake:
    """Give every order to `deliver` once, a resumed job with its last status; None: quiet.

    finished : jobs that have ended, whose orders may be forgotten; filled by other threads.
    """

    orders: JobQueue
    deliver: Deliver
    finished: "queue.SimpleQueue[Job]"
    _in_hand: Order | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Hear orders from now on; while Redis is away, `run` tries again."""
        try:
            self.orders.listen()
        except Unavailable as away:
            log.warning("orders_unheard", detail=str(away))

    def run(self) -> None:
        """Listen until stopped; while Redis is away, try again."""
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                self._forget_finished()
                self._listen()
                pause_s = FIRST_PAUSE_S
            except Unavailable as away:
                log.warning("orders_unheard", detail=str(away))
                self._stopping.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        self.orders.close()

    def stop(self) -> None:
        """End `run` within LISTEN_S."""
        self._stopping.set()

    def forget_the_rest(self) -> None:
        """Forget what is finished, after `run` has ended; Redis may be away."""
        try:
            self._forget_finished()
        except Unavailable as away:
            log.warning("finished_job_stays", detail=str(away))

    def _listen(self) -> None:
        self._in_hand = self._in_hand or self.orders.next(LISTEN_S)
        self.deliver(self._in_hand, self._before(self._in_hand))
        self._in_hand = None

    def _before(self, order: Order | None) -> JobStatus | None:
        if not isinstance(order, Job) or not order.resumed:
            return None
        try:
            return self.orders.status(order.id)
        except msgspec.MsgspecError:
            return None  # somebody else wrote to the key

    def _forget_finished(self) -> None:
        while not self.finished.empty():
            job = self.finished.get()
            try:
                self.orders.finish(job)
            except Unavailable:
                self.finished.put(job)
                raise
