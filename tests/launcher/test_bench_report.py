"""What benchmarks say about numbers."""

import json

import pytest

from bench.delivery import live_alerts
from bench.report import Report, spread


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    found = spread([float(number) for number in range(100, 0, -1)])
    assert found == {"n": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


def test_few_values_count_their_largest_as_the_99th_percentile() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"n": 3, "p50": 2.0, "p95": 3.0, "p99": 3.0, "max": 3.0}


def test_nothing_measured_has_no_percentiles() -> None:
    assert spread([]) == {"n": 0}


def test_a_report_is_one_line_with_the_five_names(capsys: pytest.CaptureFixture[str]) -> None:
    Report("startup", met={"first start within 120 s": True}).print_line()
    (line,) = capsys.readouterr().out.splitlines()
    assert set(json.loads(line)) == {"bench", "results", "peers", "ratios", "met"}


def test_only_alerts_of_bars_watched_live_and_since_the_beginning_count() -> None:
    def frame(flow_id: str, quality: str, received_at: float) -> str:
        event = {"flow_id": flow_id, "quality": quality, "received_at": received_at}
        return "42" + json.dumps(["pattern_alert", {"seq": "1500-0", "event": event}])

    arrived = [
        (11.0, frame("a", "live", 10.5)),
        (12.0, frame("b", "backfilled", 11.5)),
        (13.0, frame("c", "live", 9.0)),
    ]
    (only,) = live_alerts(arrived, began=10.0)
    assert (only.flow_id, only.at, only.frame_at, only.in_stream_at) == ("a", 11.0, 10.5, 1.5)
