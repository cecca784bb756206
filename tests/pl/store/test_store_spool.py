"""The spool loses nothing that was acknowledged and brings nothing back that was drained."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.store.spool import DAMAGED, MARK, REFUSED, Spool

OpenSpool = Callable[..., Spool]


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[OpenSpool]:
    """Open the spool in tmp_path, as often as a test wants to begin again after a crash.

    What is given is appended.
    """
    with ExitStack() as stack:

        def opened(*bodies: bytes) -> Spool:
            spool = stack.enter_context(closing(Spool(tmp_path)))
            for body in bodies:
                spool.append(body)
            return spool

        yield opened


def spool_file(folder: Path) -> Path:
    return folder / "records.spool"


def test_records_come_back_in_order_after_a_crash(tmp_path: Path, open_spool: OpenSpool) -> None:
    open_spool(b"one", b"", MARK + b" inside", bytes(100_000))
    again = open_spool()
    assert again.waiting == 4
    drained: list[bytes] = []
    assert again.drain(drained.append) == 4
    assert drained == [b"one", b"", MARK + b" inside", bytes(100_000)]
    assert (again.waiting, spool_file(tmp_path).stat().st_size) == (0, 0)
    assert open_spool().waiting == 0


@pytest.mark.parametrize("torn", range(1, 20))
def test_a_torn_last_record_is_ignored(tmp_path: Path, open_spool: OpenSpool, torn: int) -> None:
    spool = open_spool()
    spool.append(b"whole")
    spool.append(b"torn off")
    content = spool_file(tmp_path).read_bytes()
    spool_file(tmp_path).write_bytes(content[:-torn])
    again = open_spool()
    assert again.records() == [b"whole"]
    again.append(b"later")
    assert open_spool().records() == [b"whole", b"later"]


def test_a_damaged_record_is_skipped_and_counted(tmp_path: Path, open_spool: OpenSpool) -> None:
    open_spool(b"first", b"second", b"third")
    content = spool_file(tmp_path).read_bytes()
    spool_file(tmp_path).write_bytes(content.replace(b"second", b"sXcond"))
    again = open_spool()
    assert again.records() == [b"first", b"third"]
    assert again.damaged == len(MARK) + 8 + len(b"second")


def test_a_damaged_record_is_kept_when_the_ones_before_it_are_drained(
    tmp_path: Path, open_spool: OpenSpool
) -> None:
    open_spool(b"first", b"second", b"third")
    content = spool_file(tmp_path).read_bytes().replace(b"second", b"sXcond")
    spool_file(tmp_path).write_bytes(content)
    assert open_spool().drain(lambda _: None) == 2
    begin = len(MARK) + 8 + len(b"first")
    assert (tmp_path / DAMAGED).read_bytes() == content[begin : begin + 12 + len(b"second")]
    assert spool_file(tmp_path).stat().st_size == 0


def test_a_last_record_that_is_whole_but_damaged_is_kept_and_counted(
    tmp_path: Path, open_spool: OpenSpool
) -> None:
    open_spool(b"first", b"second")
    content = spool_file(tmp_path).read_bytes().replace(b"second", b"sXcond")
    spool_file(tmp_path).write_bytes(content)
    again = open_spool()
    assert (again.records(), again.damaged) == ([b"first"], 12 + len(b"second"))
    assert (tmp_path / DAMAGED).read_bytes() == content[12 + len(b"first") :]
    open_spool()
    assert (tmp_path / DAMAGED).stat().st_size == again.damaged


def test_records_that_are_damaged_while_they_wait_do_not_wait_for_ever(
    tmp_path: Path, open_spool: OpenSpool
) -> None:
    spool = open_spool(b"first", b"second")
    content = spool_file(tmp_path).read_bytes()
    with spool_file(tmp_path).open("r+b") as disk:
        disk.write(content.replace(b"second", b"sXcond"))
    drained: list[bytes] = []
    assert spool.drain(drained.append) == 1
    assert (spool.waiting, spool.damaged) == (0, 12 + len(b"second"))
    assert (tmp_path / DAMAGED).read_bytes().endswith(b"sXcond")
    spool.append(b"third")
    assert (spool.drain(drained.append), drained) == (1, [b"first", b"third"])


def test_a_record_that_was_set_aside_can_be_drained_again(
    tmp_path: Path, open_spool: OpenSpool
) -> None:
    spool = open_spool(b"1", b"2")
    assert spool.drain(spool.set_aside) == 2
    (tmp_path / REFUSED).rename(spool_file(tmp_path))
    assert open_spool().records() == [b"1", b"2"]


def test_what_could_not_be_applied_stays(open_spool: OpenSpool) -> None:
    spool = open_spool(b"1", b"2", b"3")
    applied: list[bytes] = []

    def refuse_the_second(body: bytes) -> None:
        if body == b"2":
            raise ConnectionError("gone")
        applied.append(body)

    with pytest.raises(ConnectionError):
        spool.drain(refuse_the_second)
    assert applied == [b"1"]
    again = open_spool()
    assert again.records() == [b"2", b"3"]
    again.append(b"4")
    again.drain(applied.append)
    assert applied == [b"1", b"2", b"3", b"4"]


def test_a_crash_while_emptying_drains_twice_rather_than_never(
    tmp_path: Path, open_spool: OpenSpool
) -> None:
    spool = open_spool(b"1", b"2")
    content = spool_file(tmp_path).read_bytes()
    spool.drain(lambda _: None)
    spool_file(tmp_path).write_bytes(content)  # the truncation did not reach the disk
    assert open_spool().records() == [b"1", b"2"]


def test_what_is_appended_while_draining_is_drained_too(open_spool: OpenSpool) -> None:
    spool = open_spool()
    spool.append(b"1")
    drained: list[bytes] = []

    def apply(body: bytes) -> None:
        drained.append(body)
        if body == b"1":
            spool.append(b"2")

    assert spool.drain(apply) == 2
    assert drained == [b"1", b"2"]


@settings(max_examples=40, deadline=None)
@given(bodies=st.lists(st.binary(max_size=60), max_size=8), noise=st.binary(max_size=40))
def test_any_tail_of_noise_leaves_the_records_before_it(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    with closing(Spool(folder)) as spool:
        for body in bodies:
            spool.append(body)
    with spool_file(folder).open("ab") as file:
        file.write(noise)
    with closing(Spool(folder)) as again:
        assert again.records() == bodies
