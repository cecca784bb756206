"""News goes out together, each namespace in its order, stamped when it goes."""

from collections.abc import Sequence
from typing import Any

from appv2.realtime.bundle import Bundle


class Sent:
    """A fan-out that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = []

    def send(self, messages: Sequence[Any], room: str | None, namespace: str) -> None:
        assert room is None
        self.calls.append((namespace, list(messages)))


def test_what_was_gathered_goes_out_together_with_the_place_of_that_moment() -> None:
    sent, places = Sent(), ["1-0"]
    bundle = Bundle(sent, lambda: places[-1], lambda _seconds: None)  # type: ignore[arg-type]
    bundle.add("quotes", {"n": 1}, "/")
    bundle.add("error", {"n": 2}, "/admin")
    bundle.add("bars_closed", {"n": 3, "seq": "own"}, "/")
    places.append("2-0")
    bundle.flush()
    bundle.flush()
    assert sent.calls == [
        ("/", [("quotes", {"seq": "2-0", "n": 1}), ("bars_closed", {"n": 3, "seq": "own"})]),
        ("/admin", [("error", {"seq": "2-0", "n": 2})]),
    ]
