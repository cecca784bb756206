"""The terminal repeats what a process said; nobody waits for a full disk or a paused terminal."""

import io
import os
import threading

from launcher.console import Console

N_LINES = 2_000


def test_the_last_lines_are_those_of_the_process_that_was_started_last(tmp_path):
    (tmp_path / "api.log").write_text("of an earlier start\n")
    console = Console(tmp_path, io.StringIO())
    console.follow("API", "api", io.BytesIO(b"first\nsecond\n"), echo=False).join()
    assert console.last_lines("api") == ["first", "second"]
    console.follow("API", "api", io.BytesIO(b"started again\n"), echo=False).join()
    assert console.last_lines("api") == ["started again"]
    assert (tmp_path / "api.log").read_text().startswith("of an earlier start\nfirst\n")


def test_a_full_disk_silences_neither_a_process_nor_the_launcher(tmp_path):
    for key in ("api", "launcher"):
        (tmp_path / f"{key}.log").symlink_to("/dev/full")
    terminal = io.StringIO()
    console = Console(tmp_path, terminal)
    console.follow("API", "api", io.BytesIO(b"first\nsecond\n"), echo=True).join()
    console.say("goes on")
    assert terminal.getvalue().splitlines() == ["[API] first", "[API] second", "goes on"]


def test_a_terminal_that_is_paused_holds_up_neither_a_process_nor_the_launcher(tmp_path):
    reading, writing = os.pipe()  # takes 64 kB, as long as nobody reads
    said = b"".join(b"line %4d %s\n" % (n, b"." * 80) for n in range(N_LINES))
    with os.fdopen(writing, "w") as terminal, os.fdopen(reading) as screen:
        console = Console(tmp_path, terminal)
        following = console.follow("API", "api", io.BytesIO(said), echo=True)
        following.join(20.0)
        assert not following.is_alive()
        assert (tmp_path / "api.log").read_bytes() == said
        saying = threading.Thread(target=console.say, args=("still here",), daemon=True)
        saying.start()
        saying.join(20.0)
        assert not saying.is_alive()
        assert "still here" in (tmp_path / "launcher.log").read_text()
        shown = [screen.readline() for _ in range(N_LINES // 10)]
        console.say("read again")
        while shown[-1] != "read again\n":
            shown.append(screen.readline())
    *of_before, left_out, _ = shown
    assert left_out.startswith(f"... {N_LINES + 1 - len(of_before)} lines")
