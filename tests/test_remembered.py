"""What rules remember instead of working it out every tick equals what they would work out anew."""

import math

import networkx as nx
import numpy as np
import pytest

from sim.rules.contacts import nearest_rival_place
from sim.rules.ground import is_besieged, is_friendly, is_open_road, may_enter
from sim.rules.insurgents import ENDLESS, enemy_road_km
from sim.rules.route import leg_days, search
from sim.scenario.loading import load
from sim.turn import is_over, take_turn
from sim.world.codes import NOBODY, NOT_RECKONED, Activity, AssaultState, Stance
from tests import toys


@pytest.fixture(params=[("small_war", 1), ("small_war", 2), ("june_2017", 3)], ids=lambda one: f"{one[0]}-{one[1]}")
def moments(request):
    """Yield the ensemble of a scenario again and again, at moments of one run."""
    name, run = request.param
    every_ticks = 3 if name == "small_war" else 35
    ensemble = toys.ensemble_of(toys.small_war()) if name == "small_war" else toys.Ensemble(load(name))

    def walk():
        keys, values = ensemble.draw(5, run, run + 1)
        ensemble.start(keys[0], values[0])
        while not is_over(ensemble.handle):
            for _ in range(every_ticks):
                take_turn(ensemble.handle)
            yield ensemble

    return walk


def test_counts_kept_at_places(moments):
    """Formations standing, assaults, cut roads and places of a garrison group are counted as they change."""
    seen = 0
    for ensemble in moments():
        world = ensemble.world
        units, places, roads = world.formations, world.places, world.roads
        stands = (units["to"] == NOBODY) & (units["posture"] != Activity.LOST)
        count = len(places)
        assert (places["standing"] == np.bincount(units["at"][stands], minlength=count)).all()
        under_way = (world.assaults["state"] != AssaultState.NONE).reshape(count, -1).sum(axis=1)
        assert (places["fights"] == under_way).all()
        cut = roads["cut"] == 1
        ends = np.concatenate([roads["from_place"][cut], roads["to_place"][cut]])
        assert (places["cut_roads"] == np.bincount(ends, minlength=count)).all()
        assert world.cut_roads[: world.clock[0].cuts].tolist() == np.flatnonzero(cut).tolist()
        assert world.clock[0].retaken == (places["retaken"] == 1).sum()
        seen += cut.sum() + under_way.sum()
        for row, group in enumerate(world.garrisons):
            held = (places["garrison"] == row) & (places["holder"] == group["side"])
            assert group["places_held"] == held.sum()
    assert seen > 0


def open_roads(ensemble, side):
    """Return the network of roads open to a side, as networkx has it."""
    world, graph = ensemble.world, nx.Graph()
    graph.add_nodes_from(range(len(world.places)))
    for row, road in enumerate(world.roads):
        if is_open_road(ensemble.handle, side, row):
            graph.add_edge(int(road["from_place"]), int(road["to_place"]), km=float(road["length_km"]))
    return graph


def test_distances_from_the_bases(moments):
    """Road km from the nearest base, extended as ground is won, equal Dijkstra's of networkx."""
    looked_at = 0
    for ensemble in moments():
        world = ensemble.world
        for alliance in range(len(world.alliances)):
            sides = [row for row, side in enumerate(world.sides) if side["alliance"] == alliance and side["has_bases"]]
            if not sides or not world.alliances["bases_fresh"][alliance]:
                continue
            bases = [int(one) for one in world.base_places[alliance] if one != NOBODY]
            held = [one for one in bases if is_friendly(ensemble.handle, sides[0], one)]
            held = [one for one in held if not is_besieged(ensemble.handle, one)]
            km = nx.multi_source_dijkstra_path_length(open_roads(ensemble, sides[0]), held, weight="km") if held else {}
            expected = [km.get(place, math.inf) for place in range(len(world.places))]
            assert world.base_km[alliance].tolist() == pytest.approx(expected)
            looked_at += 1
    assert looked_at > 5


def test_enemy_roads_in_reach_of_raiders(moments):
    """The km of enemy road near a garrison, forgotten where a place near by changes hands, equal a fresh count."""
    looked_at = 0
    for ensemble in moments():
        for place, known_km in enumerate(ensemble.world.places["raid_km"]):
            if known_km != NOT_RECKONED and ensemble.world.places["holder"][place] != NOBODY:
                assert known_km == pytest.approx(enemy_road_km(ensemble.handle, place, ENDLESS)[0], abs=1e-9)
                looked_at += 1
    assert looked_at > 20


def test_garrisons_with_nothing_to_do(moments):
    """One that is passed over has no counter-attack to decide on before it wakes, and its raid falls due no earlier."""
    looked_at = 0
    for ensemble in moments():
        world, settings, day = ensemble.world, ensemble.world.settings[0], ensemble.world.clock[0].day
        for place in np.flatnonzero((world.insurgent_held == 1) & (world.idle_until_day > day)):
            here, group = world.places[place], world.garrisons[world.places[place].garrison]
            if here.garrison_men < settings.insurgents_raid_least_men or here.fights > 0:
                continue  # an attack begun since the morning is answered on the next one (`begin_day`)
            if here.alert_until_day > day:
                around = slice(world.near_starts[place], world.near_starts[place + 1])
                in_reach = world.near_km[around] <= settings.insurgents_counter_attack_reach_km
                pending = world.places["counter_day"][world.near_places[around][in_reach]]
                assert world.idle_until_day[place] <= pending[pending > day].min(initial=ENDLESS)
            km = enemy_road_km(ensemble.handle, place, ENDLESS)[0]
            share = group.places_held / max(1, group.start_places)
            rate = settings.insurgents_raids_per_day_per_100_km * km / 100.0 * share
            counted = here.raid_hazard + (group.active_days - here.raid_active_days) * here.raids_per_day
            due_day = np.floor(day) + (here.raid_threshold - counted) / rate if rate > 0.0 else ENDLESS
            assert world.idle_until_day[place] <= due_day + 1e-6
            looked_at += rate > 0.0
    assert looked_at > 0


def test_the_way_found_is_the_quickest(moments):
    """The search that looks towards its target finds the days that Dijkstra's of networkx finds."""
    looked_at = 0
    for ensemble in moments():
        world, handle = ensemble.world, ensemble.handle
        for row, unit in enumerate(world.formations):
            if unit["objective"] == NOBODY or unit["posture"] == Activity.LOST or unit["to"] != NOBODY:
                continue
            world.node_fight[:] = -1.0
            graph = nx.DiGraph()
            graph.add_node(int(unit["at"]))
            for one, road in enumerate(world.roads):
                for a, b in ((road["from_place"], road["to_place"]), (road["to_place"], road["from_place"])):
                    days = leg_days(handle, row, int(a), int(b), one)
                    if math.isfinite(days):
                        graph.add_edge(int(a), int(b), days=days)
            found = nx.single_source_dijkstra_path_length(graph, int(unit["at"]), weight="days")
            expected = found.get(int(unit["objective"]), math.inf)
            assert search(handle, row, int(unit["objective"])) == pytest.approx(expected)
            looked_at += 1
    assert looked_at > 5


def test_no_way_stays_no_way_until_something_changes(moments):
    """A formation that remembers that there is no way to its objective would find none."""
    for ensemble in moments():
        world, handle = ensemble.world, ensemble.handle
        for row, unit in enumerate(world.formations):
            waits = unit["path_fresh"] == 1 and unit["path_length"] == 0 and unit["path_target"] == unit["objective"]
            if waits and unit["objective"] not in (NOBODY, unit["at"]) and unit["to"] == NOBODY:
                if may_enter(handle, row, int(unit["objective"])):
                    assert not math.isfinite(search(handle, row, int(unit["objective"])))


def test_nearest_rivals(moments):
    """The nearest rival formation in contact range, sought anew only where one has moved, is that of a fresh look."""
    looked_at = 0
    for ensemble in moments():
        world = ensemble.world
        if world.clock[0].paired_version != world.clock[0].moved_version:
            continue  # somebody has been struck or knocked out since encounters were looked for
        for unit in world.formations:
            km = {}
            for other, rival in enumerate(world.formations):
                is_there = unit["posture"] != Activity.LOST and rival["posture"] != Activity.LOST
                if is_there and world.stances[unit["side"], rival["side"]] == Stance.RIVAL:
                    apart_km = math.dist(*([one[axis] for axis in ("x_km", "y_km", "z_km")] for one in (unit, rival)))
                    if apart_km <= max(unit["contact_range_km"], rival["contact_range_km"]):
                        km[other] = apart_km
            assert unit["rival"] == min(km, key=lambda one: km[one], default=NOBODY)
            looked_at += bool(km)
    assert looked_at > 0


def test_nearest_rival_places(moments):
    """The nearest rival-held place in contact range, looked up anew only where it may be another, is the nearest."""
    looked_at = 0
    for ensemble in moments():
        world = ensemble.world
        for row, unit in enumerate(world.formations):
            if unit["posture"] == Activity.LOST:
                continue
            km = {}
            for place, there in enumerate(world.places):
                if there["holder"] != NOBODY and world.stances[unit["side"], there["holder"]] == Stance.RIVAL:
                    km[place] = math.dist(*([one[axis] for axis in ("x_km", "y_km", "z_km")] for one in (unit, there)))
            near = {place: far for place, far in km.items() if far <= unit["contact_range_km"]}
            if all(world.places["garrison_men"][place] >= 1.0 for place in near):
                assert nearest_rival_place(ensemble.handle, row) == min(near, key=near.__getitem__, default=NOBODY)
                looked_at += bool(near)
    assert looked_at > 0
