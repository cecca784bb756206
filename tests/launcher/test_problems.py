"""Every way a start can fail has its own words, exit code and page in the documentation."""

from pathlib import Path

from launcher import problems

PAGE = Path(__file__).resolve().parents[2] / "docs" / "troubleshooting" / "dependency-fixes.md"


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
