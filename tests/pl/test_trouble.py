"""A cause of trouble is said at once, then at most once a minute, with its count."""

from structlog.testing import capture_logs

from contracts.messages.streaming import ErrorReport
from pl.trouble import MOST_CAUSES, TroubleDesk


def desk() -> tuple[TroubleDesk, list[ErrorReport]]:
    said: list[ErrorReport] = []
    return TroubleDesk(said.append, "dataloader", "jobs"), said


def test_a_cause_is_said_once_a_minute_with_its_count() -> None:
    trouble, said = desk()
    for second in range(130):
        trouble.report("SLOW", f"late by {second}", second)
    assert [report.context["count"] for report in said] == [1, 60, 60]
    assert {(r.component, r.category, r.error_code) for r in said} == {
        ("dataloader", "jobs", "SLOW")
    }


def test_what_is_no_fault_is_logged_as_news() -> None:
    trouble, _ = desk()
    with capture_logs() as logged:
        trouble.report("SLOW", "late", 0.0)
        trouble.report("KNOWN", "again", 0.0, severity="info")
    assert {line["code"]: line["log_level"] for line in logged} == {
        "SLOW": "warning",
        "KNOWN": "info",
    }


def test_messages_may_be_causes_of_their_own() -> None:
    trouble, said = desk()
    for message in ("a", "b", "a"):
        trouble.report("ODD", message, 0.0, each_message=True)
    assert [report.message for report in said] == ["a", "b"]


def test_causes_without_end_do_not_fill_the_memory() -> None:
    trouble, said = desk()
    for n in range(3 * MOST_CAUSES):
        trouble.report("ODD", f"cause {n}", 0.0, each_message=True)
    assert len(said) == MOST_CAUSES + 1
    assert len(trouble.recent(0.0)) == MOST_CAUSES + 1


def test_a_cause_is_forgotten_after_five_quiet_minutes() -> None:
    trouble, _ = desk()
    trouble.report("SLOW", "late", 0.0)
    assert trouble.recent(299.0) == ["SLOW: late"]
    assert trouble.recent(301.0) == []
