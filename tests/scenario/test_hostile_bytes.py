"""Files that are no scenario at all: each is refused with its place, in about a second, whatever the bytes."""

import os
import shutil
import time
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario.loading import load

VALLEY = Path(__file__).parent / "valley"
PLAIN = (VALLEY / "scenario.yaml").read_text("utf-8")
ENDURED_S = 5.0  # of processor time, on a machine that may be busy; about a second on one that is not


@pytest.fixture
def valley(tmp_path):
    """Return a copy of the small scenario's folder."""
    return Path(shutil.copytree(VALLEY, tmp_path / "valley"))


def refused(path, sets=()):
    """Return the lines with which a scenario is refused, in time."""
    started_s = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load(path, sets)
    assert time.process_time() - started_s < ENDURED_S
    return str(caught.value)


def nested(levels):
    """Return nested block mappings."""
    return "\n".join(" " * level + "a:" for level in range(levels))


HUGE = "1" + "0" * 400
BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
FILES = {
    "empty": (b"", ":1:1: a mapping of keys is expected"),
    "spaces": (b"  \n\n", ":1:1: a mapping of keys is expected"),
    "a list": (b"- a\n- b\n", ":1:1: a mapping of keys is expected"),
    "a word": (b"scenario\n", ":1:1: a mapping of keys is expected"),
    "UTF-16": (PLAIN.encode("utf-16"), ":1:1: found UTF-16, which is not UTF-8"),
    "UTF-16 without mark": (PLAIN.encode("utf-16-le"), ":1:2: found the character U+0000"),
    "Latin-1": (b"title: A\nquestion: caf\xe9\n", ":2:14: found byte 0xe9, which is not UTF-8"),
    "a NUL": (b"title: A\nquestion: a\0b\n", ":2:12: found the character U+0000"),
    "an escape": (b'title: "\\ud800"\n', ":1:8: title: found the character U+D800"),
    "noise": (bytes(range(256)) * 50, ":2:118: found byte 0x80, which is not UTF-8"),
    "a tab": (b"title: A\nsides:\n\tblue: {name: B}\n", ":3:1: not YAML: found a tab"),
    "a key twice": (b"title: A\ntitle: B\n", ":2:1: title: the key is given twice (first in line 1)"),
    "two documents": (b"title: A\n---\ntitle: B\n", ":2:1: not YAML"),
    "a quote left open": (b'title: "A\nquestion: B\n', ":1:8: not YAML"),
    "a bracket left open": (b"title: A\nrelations: [{between: [a, b]\nquestion: B\n", "not YAML"),
    "a huge whole number": (f"horizon_days: {HUGE}\n".encode(), ":1:15: horizon_days: found 1000"),
    "too many digits": (f"horizon_days: {'9' * 5000}\n".encode(), ":1:15: horizon_days: found 9999"),
    "hexadecimal": (f"horizon_days: 0x{'f' * 5000}\n".encode(), ":1:15: horizon_days: found 0xff"),
    "1e999": (b"tick_hours: 1e999\n", ":1:13: tick_hours: found 1e999, a finite number"),
    "NaN": (b"tick_hours: .nan\n", ":1:13: tick_hours: found .nan, a finite number"),
    "infinity": (b"tick_hours: -.inf\n", ":1:13: tick_hours: found -.inf, a finite number"),
    "3000 lists": (b"title: A\nsides: " + b"[" * 3000 + b"]" * 3000, ":2:48: is nested too deeply"),
    "3000 lists left open": (b"title: A\nsides: " + b"[" * 3000, ":2:"),
    "3000 mappings": (b"sides: " + b"{a: " * 3000 + b"}" * 3000, ":1:"),
    "1500 block levels": (nested(1500).encode(), "is nested too deeply"),
    "300 block levels": (nested(300).encode(), "is nested too deeply"),
    "60 block levels": (nested(60).encode(), ":42:"),
    "3000 dashes": (b"a: \n" + b"- " * 3000, "is nested too deeply"),
    "3000 questions": (b"? " * 3000, "nested too deeply"),
    "a Python tag": (b"title: A\nsides: !!python/object/apply:os.system [ls]\n", ":2:8: sides: the tag"),
    "a tag": (b"title: !foo A\n", ":1:8: title: the tag !foo is found"),
    "a set": (b"sides: !!set {a, b}\n", ":1:8: sides: the tag"),
    "binary": (b"title: !!binary aGVsbG8=\n", ":1:8: title: the tag"),
    "a bomb": (BOMB.encode(), ":2:8: b.0: an alias (*name) is found"),
    "an alias of itself": (b"sides: &a {b: *a}\n", ":1:15: sides.b: an alias (*name) is found"),
    "an alias of nothing": (b"title: *gone\n", ":1:8: not YAML: found undefined alias"),
    "a merge key": (b"x: &x {a: 1}\nsides:\n  <<: *x\n", ":3:3: sides.<<: a merge key"),
    "a list as key": (b"? [a, b]\n: c\n", ":1:3: a key is a mapping or list"),
    "a directive": (b"%YAML 1.1\n---\ntitle: yes\n", ":3:8: title: "),
    "an unknown directive": (b"%FOO\n---\ntitle: 1\n", "title"),
    "YAML of the future": (b"%YAML 9.9\n---\ntitle: A\n", ":1:1: not YAML"),
    "a date that is none": (PLAIN.replace("2020-02-29", "2017-02-30").encode(), ":4:13: start_date: found 2017-02-30"),
    "a date in quotes": (PLAIN.replace("2020-02-29", '"2019-02-29"').encode(), ":4:13: start_date: found '2019-02-29'"),
    "a date as number": (PLAIN.replace("2020-02-29", "20200229").encode(), ":4:13: start_date: found 20200229"),
    "a long line": (b"title: A\nquestion: [" + b"a" * 1_000_000 + b"\n", ":2:11: not YAML"),
    "a long key": (b"a" * 100_000 + b": 1\n", ":1:1"),
    "a thousand unknown keys": ("".join(f"key_{one}: 1\n" for one in range(1000)).encode(), "more\n"),
    "link feeds": ("title: A\u2028b\n".encode(), ":1:9: found the character U+2028"),
}


@pytest.mark.parametrize(("raw", "said"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_no_scenario(tmp_path, raw, said):
    """Said with file, line and column, at most twenty problems with the count of the rest, and no line end inside."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(raw)
    told = refused(path)
    assert said in told, told[:2000]
    assert len(told.split("\n")) <= 22 and all(line.startswith((str(path), "...", "more")) for line in told.split("\n"))


TABLES = {
    "empty": (b"", ":1:1: places: the table has no column 'id'"),
    "UTF-16": ("id,name\n".encode("utf-16"), ":1:1: found UTF-16"),
    "Latin-1": (b"id,name\na,caf\xe9\n", ":2:6: found byte 0xe9"),
    "a NUL": (b"id,name\na,b\0\n", ":2:4: found the character U+0000"),
    "a row too short": (b"id,name,lat\nalder,Alder\n", ":2:12: places.alder: found 2 cells, the header has 3 columns"),
    "a row too long": (b"id,name\nalder,Alder,1\n", ":2:13: places.alder: found 3 cells, the header has 2 columns"),
    "a row without id": (b"id,name\n,Alder\n", ":2:1: places: the row has no id"),
    "a row twice": (b"id,name\na,A\na,B\n", ":3:1: places.a: the row is given twice (first in line 2)"),
    "a column twice": (b"id,name,name\na,A,A\n", ":1:9: places: the column 'name' is given twice"),
    "a column mistyped": (
        b"id,name,countrry\na,A,L\n",
        ":1:9: places: no column 'countrry' (did you mean 'country'?)",
    ),
    "a column missing": (
        b"id,name,lon,country,kind\nalder,A,1,Land,town\n",
        ":1:1: places: the column 'lat' is missing",
    ),
    "a quote left open": (b'id,name\na,A\nb,"B\nc,C\n', ":3:1: not CSV: unexpected end of data (noticed in line 4)"),
    "a quote in the middle": (b'id,name\na,"A"b\n', ":2:1: not CSV"),
    "a cell behind a quoted one": (b'id,name,lat\na,"A, b",north\n', ":2:10: places.a.lat: found 'north'"),
    "a cell in a later line": (b'id,note,lat\na,"A\nb",north\n', ":3:4: places.a.lat: found 'north'"),
    "NaN": (b"id,name,lat\na,A,nan\n", ":2:5: places.a.lat: found 'nan'"),
    "too many digits": (b"id,population\na," + b"9" * 5000 + b"\n", ":2:3: places.a.population: found '9999"),
    "a broken distribution": (b'id,clear_days\na,"{uniform: [1, 2"\n', ":2:3: places.a.clear_days: found"),
    "a wrong distribution": (
        b'id,clear_days\na,"{uniform: [2, 1]}"\n',
        ":2:3: places.a.clear_days: uniform: found [2.0, 1.0]",
    ),
    "a cell without end": (b"id,name\na," + b"A" * 200_000 + b"\n", ":2:1: not CSV: field larger than field limit"),
    "carriage returns": (b"id,name\ra,A\r", ":1:1: not CSV"),
}


@pytest.mark.parametrize(("raw", "said"), TABLES.values(), ids=TABLES.keys())
def test_a_table_that_is_none(valley, raw, said):
    """The table's file, line and the cell's character."""
    (valley / "places.csv").write_bytes(raw)
    told = refused(valley)
    assert f"places.csv{said}" in told, told[:2000]


@pytest.mark.parametrize(("name", "size"), [("scenario.yaml", 50_000_000), ("places.csv", 50_000_000)])
def test_a_file_of_fifty_megabytes_is_not_read(valley, name, size):
    """Refused by its size."""
    with open(valley / name, "r+b") as file:
        file.truncate(size)
    assert f"{name}: is 50000000 bytes long, at most" in refused(valley)


def test_a_scenario_behind_a_mark_is_read(valley):
    """A byte order mark is no mistake, nor are line ends with carriage returns."""
    plain = load(valley).model
    (valley / "scenario.yaml").write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert load(valley).model == plain


@pytest.mark.parametrize(
    "file", ["../../etc/passwd", "/etc/passwd", "link.json", "..", ".", "", "gone.json", "a" * 5000, "~/x", "loop"]
)
def test_a_base_map_outside_or_nowhere(valley, file):
    """Refused, also behind a link."""
    (valley / "link.json").symlink_to("/etc/passwd")
    (valley / "loop").symlink_to("loop")
    (valley / "scenario.yaml").write_text(PLAIN.replace("basemap.geojson", f'"{file}"'), "utf-8")
    leaves = file in ("../../etc/passwd", "/etc/passwd", "link.json", "..")
    said = "a file inside the scenario's folder is allowed" if leaves else "beside the scenario"
    told = refused(valley)
    assert "scenario.yaml:8:17: basemap.file: " in told and said in told


def test_a_table_behind_a_link_that_leaves_the_folder(valley):
    """Refused: a scenario is its folder."""
    (valley / "sources.csv").unlink()
    (valley / "sources.csv").symlink_to("/etc/passwd")
    assert "sources.csv: is a link that leaves the scenario's folder" in refused(valley)


BASES = {
    "nowhere": ("nowhere", "no scenario 'nowhere' beside this file, in RACE_SCENARIOS nor shipped"),
    "mistyped": ("june_2071", "(did you mean 'june_2017'?)"),
    "itself": ("over.yaml", "extends goes round in a circle"),
    "outside": ("../outside.yaml", "which leaves the scenario's folder"),
    "absolute": ("/etc/passwd", "which leaves the scenario's folder"),
    "outside and not there": ("../../gone.yaml", "which leaves the scenario's folder"),
    "a link outside": ("link.yaml", "which leaves the scenario's folder"),
    "a folder without scenario": ("folder", "no scenario 'folder'"),
    "a list": ("[a, b]", "found a list of 2, a shipped name"),
    "a number": ("17", "found 17, a shipped name"),
    "nothing": ("", "found None, a shipped name"),
    "no name": ('""', "no scenario ''"),
    "very long": ("a" * 5000, "no scenario 'aaa"),
    "a loop of links": ("loop.yaml", "no scenario 'loop.yaml'"),
}


@pytest.mark.parametrize(("base", "said"), BASES.values(), ids=BASES.keys())
def test_an_overlay_of_nothing(tmp_path, base, said):
    """Told at the line of `extends:`."""
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(PLAIN, "utf-8")
    (home / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (home / "loop.yaml").symlink_to("loop.yaml")
    (home / "over.yaml").write_text(f"title: Over\nextends: {base}\n", "utf-8")
    told = refused(home / "over.yaml")
    assert f"{home / 'over.yaml'}:2:" in told and said in told


def test_a_folder_by_the_name_of_a_file(tmp_path):
    """No scenario there."""
    (tmp_path / "scenario.yaml").mkdir()
    assert "no scenario" in refused(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(valley):
    """Told with the system's words."""
    (valley / "places.csv").chmod(0)
    assert "places.csv: cannot be read: Permission denied" in refused(valley)


SETS = {
    "no path": ("=3", "key.path=value is expected"),
    "no value": ("horizon_days", "key.path=value is expected"),
    "no YAML": ("horizon_days=[1", "not YAML"),
    "a tag": ("horizon_days=!!python/name:os.system 1", "the tag"),
    "an alias": ("horizon_days=*a", "not YAML"),
    "two lines": ("horizon_days=3\nextends: x", "one value is expected"),
    "NaN": ("horizon_days=.nan", "horizon_days: found .nan"),
    "huge": (f"horizon_days={HUGE}", "horizon_days: found 1000"),
    "very deep": ("rules." + "a." * 3000 + "b=1", "found 3002 keys, at most 40 are allowed"),
    "into a list": ("relations.0.stance=rival", "a list is replaced whole"),
    "an unknown id": ("formations.column.side=bleu", "formations.column.side: no side 'bleu' (did you mean 'blue'?)"),
    "a number out of range": (
        "commands.capital.restraint=1.5",
        "commands.capital.restraint: found 1.5, a share from 0 to 1",
    ),
    "a mistyped key": ("formations.column.tempoo=1", "no key 'tempoo' here (did you mean 'tempo'?)"),
}


@pytest.mark.parametrize(("text", "said"), SETS.values(), ids=SETS.keys())
def test_a_set_that_cannot_be(text, said):
    """Told as `--set KEY=VALUE`, without a line."""
    told = refused(VALLEY, [text])
    assert told.startswith(f"--set {text[:40]}".replace("\n", "\\n")) and said in told
