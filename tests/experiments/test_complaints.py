"""How mistakes look: plain lines for editors, and in a terminal the line of the file with a caret under the column."""

import io

import pytest

from experiments.complaints import clipped, complain_of
from sim.errors import Flaw, ScenarioError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def error(tmp_path):
    """Return an error in line 2 of a file, and one without a place."""
    file = tmp_path / "mine.yaml"
    file.write_text("title: A\nstart: resfa   # [bold]\n", "utf-8")
    return ScenarioError([Flaw("start: no place 'resfa'", str(file), 2, 8), Flaw("no [red]sense")], note="that is all")


def shown(error, monkeypatch, stream, **environment):
    """Return what is printed on a stream."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color"} | environment).items():
        monkeypatch.setenv(name, value)
    complain_of(error, stream)
    return stream.getvalue()


def test_plain_lines_where_there_is_no_terminal(error, monkeypatch):
    """One a mistake, each with its place in front."""
    assert shown(error, monkeypatch, io.StringIO()) == str(error) + "\n"


def test_an_excerpt_with_a_caret_in_a_terminal(error, monkeypatch):
    """The line's number, the line as it is, and the caret under the value; in colour."""
    text = shown(error, monkeypatch, Terminal())
    assert "\x1b[" in text
    text = shown(error, monkeypatch, Terminal(), NO_COLOR="1")
    assert "31m" not in text and "34m" not in text
    plain = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in text.splitlines()]
    at = plain.index("     2 | start: resfa   # [bold]")
    assert plain[at - 1].endswith("mine.yaml:2:8: start: no place 'resfa'")
    assert plain[at + 1] == "       |        ^" and plain[at + 1].index("^") == plain[at].index("resfa")
    assert "no [red]sense" in plain and plain[-1] == "that is all"


def test_a_file_that_is_gone_has_no_excerpt(monkeypatch):
    """Only the message."""
    flaw = Flaw("title: gone", "/nowhere/mine.yaml", 3, 1)
    assert shown(ScenarioError([flaw]), monkeypatch, Terminal(), NO_COLOR="1").count("\n") == 1


@pytest.mark.parametrize(
    ("line", "column"),
    [("short", 3), ("x" * 500 + "Here" + "y" * 500, 501), ("Here" + "z" * 500, 1), ("z" * 500 + "Here", 501), ("", 1)],
)
def test_a_long_line_is_cut_round_the_caret(line, column):
    """The caret stays under its character, within the width."""
    part, caret = clipped(line, column, 60)
    assert len(part) <= 60 and 0 <= caret <= 60
    if line:
        assert part[caret] == line[column - 1]


def test_the_caret_counts_wide_letters_and_hides_control_characters():
    """A tab is a space; an escape sequence cannot reach the terminal."""
    part, caret = clipped("東京: \x1b[2J\tx", 10, 60)
    assert part == "東京: .[2J x" and caret == 11
    assert clipped("", 7, 60) == ("", 0)
