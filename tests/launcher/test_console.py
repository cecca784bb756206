"""The terminal repeats what a process said, and only that process; nobody waits for a full disk."""

import io

from launcher.console import Console


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
