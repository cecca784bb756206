"""Say what went wrong: each cause at once, then at most once a minute, with its count."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from contracts.messages.streaming import ErrorReport

log = structlog.get_logger()

QUIET_S = 60.0
RECENT_S = 300.0
MOST_CAUSES = 200


@dataclass(slots=True)
class _Cause:
    said_at_s: float
    count: int
    last_s: float
    message: str
    severity: str


@dataclass(slots=True)
class TroubleDesk:
    """Collect causes of trouble and pass them on.

    publish : takes a report for `tickstock:errors` and the error log; category : what kind of
    work the component does.
    """

    publish: Callable[[ErrorReport], None]
    component: str
    category: str
    _causes: dict[tuple[str, str], _Cause] = field(default_factory=dict)

    def report(
        self,
        code: str,
        message: str,
        now_s: float,
        *,
        severity: str = "warning",
        count: int = 1,
        each_message: bool = False,
    ) -> None:
        """Count a cause and publish it unless it was said less than a minute ago.

        each_message : every message under a code is a cause of its own, not only every code.
        """
        cause = self._cause(code, message if each_message else "", now_s)
        cause.count += count
        cause.last_s, cause.message, cause.severity = now_s, message, severity
        self._say(code, cause, now_s)

    def flush(self, now_s: float) -> None:
        """Publish what was counted since a cause was last said, once its minute is over."""
        for (code, _), cause in self._causes.items():
            if cause.count:
                self._say(code, cause, now_s)

    def recent(self, now_s: float) -> list[str]:
        """Return the causes seen in the last five minutes, as one line each."""
        return [
            f"{code}: {cause.message}"
            for (code, _), cause in self._causes.items()
            if now_s - cause.last_s < RECENT_S
        ]

    def _cause(self, code: str, message: str, now_s: float) -> _Cause:
        key = (code, message)
        if key not in self._causes and len(self._causes) >= MOST_CAUSES:
            key = (code, "")
        return self._causes.setdefault(key, _Cause(-QUIET_S, 0, now_s, message, "warning"))

    def _say(self, code: str, cause: _Cause, now_s: float) -> None:
        if now_s - cause.said_at_s < QUIET_S:
            return
        cause.said_at_s = now_s
        speak = log.info if cause.severity == "info" else log.warning
        speak("trouble", code=code, detail=cause.message, count=cause.count)
        self.publish(self._as_report(code, cause))
        cause.count = 0

    def _as_report(self, code: str, cause: _Cause) -> ErrorReport:
        return ErrorReport(
            error_id=str(uuid.uuid4()),
            severity=cause.severity,
            category=self.category,
            component=self.component,
            error_code=code,
            message=cause.message,
            context={"count": cause.count},
        )
