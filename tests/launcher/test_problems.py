"""Every way a start can fail has its own words, exit code and page in the documentation."""

import subprocess
import sys
from pathlib import Path

from launcher import problems

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "troubleshooting" / "dependency-fixes.md"


def test_an_old_python_is_refused_in_the_words_of_its_problem():
    pretended = "import runpy, sys; sys.version_info = (3, 8, 1); runpy.run_path(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", pretended, str(ROOT / "start_all_services.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    kind = problems.PYTHON_TOO_OLD
    assert done.returncode == kind.exit_code
    said = kind.what.format(version="3.8")
    assert done.stderr.splitlines()[0].endswith(f"STARTUP ABORTED: {said}")


def test_every_problem_has_an_exit_code_of_its_own():
    codes = [kind.exit_code for kind in problems.ALL]
    assert len(codes) == len(set(codes))
    assert 0 not in codes


def test_every_problem_has_a_heading_with_its_exit_code_and_cure():
    sections = PAGE.read_text().split("\n## ")
    titles = {section.splitlines()[0]: section for section in sections[1:]}
    for kind in problems.ALL:
        assert kind.heading in titles, f"add `## {kind.heading}` to {PAGE.name}"
        assert f"Exit code {kind.exit_code}." in titles[kind.heading]
        assert "**Cure:**" in titles[kind.heading]


def test_no_page_describes_a_problem_that_cannot_happen():
    headings = {line[3:] for line in PAGE.read_text().splitlines() if line.startswith("## ")}
    assert headings == {kind.heading for kind in problems.ALL}
