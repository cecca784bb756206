"""End the live connections of a session that is over: its password changed, its user is gone."""

import threading
from collections.abc import Callable, Collection
from typing import Final

import structlog

from appv2.web.account.users import Users
from service.errors import Unavailable

log = structlog.get_logger()

LOOK_EVERY_S: Final = 2.0


class Attendance:
    """Look every two seconds whether those who are connected may still be.

    connected  : the session of each live connection, as the session remembers it
    disconnect : closes all live connections of a session
    """

    def __init__(
        self,
        users: Users,
        connected: Callable[[], Collection[str]],
        disconnect: Callable[[str], None],
    ) -> None:
        self._users = users
        self._connected = connected
        self._disconnect = disconnect

    def run(self, stopping: threading.Event) -> None:
        """Look until told to stop."""
        while not stopping.is_set():
            self.look()
            stopping.wait(LOOK_EVERY_S)

    def look(self) -> None:
        """Look once; while the accounts do not answer, everybody stays."""
        try:
            over = [it for it in set(self._connected()) if self._users.remembered(it) is None]
        except Unavailable as error:
            log.warning("sessions_not_looked_at", detail=error.detail)
            return
        for session_id in over:
            log.info("session_is_over", user=session_id.partition(":")[0])
            self._disconnect(session_id)
