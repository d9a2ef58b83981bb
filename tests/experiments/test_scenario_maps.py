"""Maps of scenarios: every formation and finish is named, no name covers another, what differs is marked."""

import itertools
import math

import pytest
from matplotlib.text import Annotation
from PIL import Image
from typer.testing import CliRunner

from experiments.cli import app
from experiments.figures import style
from experiments.figures.formations import called, start_of
from experiments.figures.labels import Labels, Look, wrapped
from experiments.figures.maps import KM_PER_DEGREE, frame_of, headline_finishes, stretch_of
from experiments.figures.panel import panel_blocks
from experiments.figures.scenario_map import map_figure
from experiments.figures.scenario_pair import changed_in, difference_lines, draw_scenario_pair, pair_figure
from experiments.making import new_scenario
from sim.errors import UsageError
from sim.scenario.differences import differences
from sim.scenario.loading import load

DASH = {"waer_tayyara", "bawdah", "border_ne_tanf", "waer_dam", "wadi_waer"}


@pytest.fixture(params=["june_2017", "messina_1943", "mine"])
def scenario(request, tmp_path):
    """Return a scenario: the shipped ones, and the one that `race scenario new` writes."""
    if request.param == "mine":
        return load(new_scenario("mine", tmp_path))
    return load(request.param)


def names_on(axes):
    """Return the names on a map with their boxes in pixels: what stands on white."""
    found = [text for text in axes.texts if isinstance(text, Annotation) and text.get_bbox_patch() is not None]
    return [(text.get_text(), text.get_window_extent()) for text in found]


def no_name_covers_another(axes):
    """Tell whether the names on a map keep clear of each other and inside the frame."""
    boxes = [box for _, box in names_on(axes)]
    frame = axes.get_window_extent()
    inside = all(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes
    )
    return inside and not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_all_that_matters_is_named(scenario):
    """Formations with their men, finishes, bases; names keep clear of each other; the places are the table."""
    with style.in_style():
        figure, table = map_figure(scenario)
        figure.canvas.draw()
        axes, panel = figure.axes
        names = [text for text, _ in names_on(axes)]
        assert no_name_covers_another(axes)
    for one, formation in scenario.model.formations.items():
        assert any(text.startswith(wrapped(called(formation), 18)) for text in names), one
    for place in headline_finishes(scenario.model):
        assert wrapped(scenario.model.places[place].name, 22) in names
    assert len(names) > 0.6 * len(scenario.model.places)
    assert list(table["place"]) == list(scenario.model.places)
    told = "\n".join(text.get_text() for text in panel.texts)
    assert all(line in told for block in panel_blocks(scenario.model) for line in block.lines)
    below = min(text.get_window_extent().y0 for text in panel.texts)
    assert below > figure.texts[-1].get_window_extent().y1  # the panel ends above the foot


def test_the_foot_and_the_scale(scenario):
    """Hash and notice of the base map at the foot; the scale bar is as long as it says."""
    with style.in_style():
        figure, _ = map_figure(scenario)
    foot = figure.texts[-1].get_text()
    assert scenario.short_hash in foot and " ".join(scenario.model.basemap.notice.split()) in foot
    axes = figure.axes[0]
    (km,) = [float(text.get_text().removesuffix(" km")) for text in axes.texts if text.get_text().endswith(" km")]
    (bar,) = [line for line in axes.lines if line.get_linewidth() == 3 and line.get_color() == "black"]
    degrees = abs(bar.get_xdata()[1] - bar.get_xdata()[0])
    assert degrees / stretch_of(scenario.model) * KM_PER_DEGREE == pytest.approx(km)
    _, _, south, north = frame_of(scenario.model)
    assert stretch_of(scenario.model) == pytest.approx(1 / math.cos(math.radians((south + north) / 2)))


def test_a_name_that_has_no_room_is_left_out():
    """Between taken boxes that leave no spot; nothing is drawn then."""
    figure = style.new_figure(2, 2)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    labels = Labels(axes, [(0.5, 0.5)], [])
    assert labels.write("here", (0.5, 0.5), Look(7))
    labels.reserve((0.5, 0.5), 200)
    assert not labels.write("no room", (0.5, 0.5), Look(7, leads=True))
    assert [text.get_text() for text in axes.texts] == ["here"]


def test_a_formation_on_the_road():
    """So many km along it, in proportion; towards a place under assault near its far end."""
    model = load("june_2017").model
    for formation in model.formations.values():
        if not isinstance(formation.start, str) and formation.start.km is not None:
            here, there = model.places[formation.start.at], model.places[formation.start.towards]
            (road,) = [
                one
                for one in model.roads.values()
                if {one.from_, one.to} == {formation.start.at, formation.start.towards}
            ]
            share = formation.start.km.median() / road.length_km.median()
            expected = (here.lon + share * (there.lon - here.lon), here.lat + share * (there.lat - here.lat))
            assert start_of(model, formation) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("other", "places", "formations", "zones"),
    [
        ("tiger_to_m20", set(), {"tiger"}, set()),
        ("no_tanf_zone", set(), {"badia_m2"}, {"tanf_55km"}),
        ("no_dash_to_the_border", DASH, {"badia_south"}, set()),
    ],
)  # fmt: skip
def test_what_differs_is_marked(other, places, formations, zones):
    """What the what-if says it changes, on both maps, in the same frame; the keys in words below."""
    before, after = load("june_2017"), load(other)
    found = differences(before, after)
    for a, b in ((before, after), (after, before)):
        changed = changed_in(found, a.model, b.model)
        assert (changed.places, changed.formations, changed.zones, changed.roads) == (places, formations, zones, set())
    with style.in_style():
        figure, table = pair_figure(before, after)
        figure.canvas.draw()
        one, two = figure.axes
        assert all(no_name_covers_another(axes) for axes in figure.axes)
    assert one.get_xlim() == two.get_xlim() and one.get_ylim() == two.get_ylim()
    written = [text.get_text() for text in figure.texts]
    assert all(line in written for line in difference_lines(found)) and len(table) == len(found)


def test_a_garrison_is_marked_by_its_places():
    """All of them for its strength, one for its weight; a road by itself."""
    before = load("june_2017")
    weight = next((one, place) for one, g in before.model.garrisons.items() for place in g.weights)
    road = next(iter(before.model.roads))
    for path, value, expected in (
        ("garrisons.isis_sukhnah.strength_men", 2500, set(before.model.garrisons["isis_sukhnah"].places)),
        (f"garrisons.{weight[0]}.weights.{weight[1]}", 3.25, {weight[1]}),
        (f"roads.{road}.name", "another name", set()),
    ):
        after = load("june_2017", {path: value})
        changed = changed_in(differences(before, after), before.model, after.model)
        assert changed.places == expected
        assert changed.roads == ({road} if path.startswith("roads") else set())


def test_maps_with_nothing_in_common(tmp_path):
    """Two campaigns far from each other are refused."""
    with pytest.raises(UsageError, match="not on one map"):
        draw_scenario_pair(load("june_2017"), load("messina_1943"), tmp_path / "map.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_command(tmp_path, monkeypatch):
    """It prints; it draws when asked to, where it is told to; two side by side."""
    monkeypatch.chdir(tmp_path)

    def race(*arguments):
        done = CliRunner().invoke(app, ["scenario", "show", "june_2017", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "map: " not in race() and list(tmp_path.iterdir()) == []
    assert race("--map").endswith("map: results/june_2017-map.png\n")
    assert race("--out", "here.png").endswith("map: here.png\n")
    text = race("--map", "--against", "no_tanf_zone")
    assert "formations.badia_m2.defies" in text and text.endswith("map: results/june_2017-no_tanf_zone-map.png\n")
    assert "formations.badia_m2.defies" in race("--against", "no_tanf_zone")
    assert sorted(path.name for path in tmp_path.rglob("*.svg")) == [
        "here.svg", "june_2017-map.svg", "june_2017-no_tanf_zone-map.svg",
    ]  # fmt: skip
    for path in tmp_path.rglob("*.png"):
        with Image.open(path) as picture:
            assert picture.width > 1800 and picture.height > 1200
