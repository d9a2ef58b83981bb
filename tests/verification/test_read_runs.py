"""What reading whole runs showed, one test each: small cases in which a rule did what no commander would."""

import math

import pytest

from sim.rules.assault import assault
from sim.rules.attrition import losses_per_day
from sim.rules.commands import direct
from sim.rules.control import take
from sim.rules.encounters import encounters
from sim.rules.insurgents import retake
from sim.rules.march import march, ready_to_advance
from sim.rules.meeting import give_way
from sim.rules.odds import dares, odds_of
from sim.rules.route import leg_days, route
from sim.rules.tasks import is_trouble
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, Reason
from tests import toys
from tests.verification.test_odds import PATIENCE, before_a_town, days_of, log_of


def started(toy):
    """Return (ensemble, world on day 0) of a toy."""
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(3, 0, 1)
    return ensemble, ensemble.start(keys[0], values[0])


def place_of(ensemble, one):
    """Return the row of a place."""
    return ensemble.blueprint.names["places"].row(one)


@pytest.mark.parametrize(("bound", "ratio"), [(0, 30.0), (6, 1.0)])
def test_more_attackers_than_find_room_lose_no_more(bound, ratio):
    """By the logarithmic law 9,000 lose thirty times what 300 do to the same 50 defenders, unless there is no room."""
    toy = toys.fight(1.0)
    toy["rules"]["assault"]["engaged_per_defender"] = bound
    ensemble, _ = started(toy)
    few, many = (losses_per_day(ensemble.handle, place_of(ensemble, "b"), NOBODY, men, 50.0, 1.0, 1.0)[0]
                 for men in (300.0, 9000.0))  # fmt: skip
    assert many / few == pytest.approx(ratio)


@pytest.mark.parametrize(("men", "goes"), [(1600, False), (2400, True)])
def test_nobody_is_pressed_into_the_hopeless(men, goes):
    """At the end of its patience 0.8 to 1 is enough where 0.6 is asked for, and 0.53 to 1 is not, ever."""
    toy = before_a_town(men)
    toy["rules"]["assault"]["odds_pressed"] = 0.6
    out = days_of(log_of(toy), LogKind.SETS_OUT)
    assert list(out[:1]) == ([pytest.approx(PATIENCE)] if goes else [])


def test_odds_that_leave_no_doubt():
    """One beaten off goes again as soon as it is refitted where the odds are past all doubt."""
    toy = before_a_town(1800, wanted=0.04)
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.1, "refit_days": 2, "odds_certain": 0.045}
    log = log_of(toy)
    assert days_of(log, LogKind.SETS_OUT)[1] - days_of(log, LogKind.ASSAULT_BEATEN)[0] < PATIENCE - 3


@pytest.mark.parametrize(("clear_days", "is_beaten"), [(None, True), (30, False)])
def test_who_clears_a_city_keeps_its_blocks(clear_days, is_beaten):
    """Losses that would break an assault do not break off a clearing."""
    toy = toys.fight(0.5, horizon_days=60, breakpoint_share=0.9)
    toy["rules"]["assault"]["attacker_breakpoint_share"] = 0.1
    toy["place_kinds"]["town"]["frontage_men"] = 500
    if clear_days:
        toy["places"]["b"]["clear_days"] = clear_days
    kinds = log_of(toy)["kind"]
    assert (LogKind.ASSAULT_BEATEN in kinds) == is_beaten
    assert (LogKind.ASSAULT_WON in kinds) != is_beaten


def test_a_ring_that_others_have_beaten_is_no_fight():
    """Who still assaults its own place goes in; the garrison stays, and nobody wins or withdraws."""
    ensemble, world = started(toys.fight(0.5))
    place, unit = place_of(ensemble, "b"), world.formations[0]
    world.places[place].holder = unit.side
    assault(ensemble.handle)
    assert (unit.at, unit.to, unit.assault) == (place, NOBODY, NOBODY)
    assert world.places[place].garrison_men == 2000
    assert world.fired[Mechanism.ASSAULT_WON] == 0


def test_a_crossing_is_bridged_for_all():
    """Two who come to a broken bridge together both wait until it is done."""
    toy = toys.line(places=2, leg_km=10)
    toy["roads"]["p0--p1"] |= {"crosses_river": True, "crossing_state": "destroyed"}
    toy["rules"] = {"route": {"bridging_days": 3}}
    toy["formations"]["s"] = dict(toy["formations"]["r"])
    ensemble = toys.ensemble_of(toys.entrants(toy, {"r": "p1", "s": "p1"}))
    log = ensemble.replay(3, 0)
    reached = days_of(log.log[: log.clock[0].log_rows], LogKind.REACHES)
    assert len(reached) == 2
    assert min(reached) > 3


@pytest.mark.parametrize(("least_men", "is_taken"), [(0, True), (40, False)])
def test_a_handful_takes_no_town(least_men, is_taken):
    """A fifth of 100 men retake a place only where so few are enough."""
    toy = toys.fight(0.5)
    toy["rules"]["insurgents"] = {"reinforcement_share": 0.2, "retake_least_men": least_men}
    ensemble, world = started(toy)
    a, b = place_of(ensemble, "a"), place_of(ensemble, "b")
    world.places[b].garrison_men = 100
    retake(ensemble.handle, b, a, LogKind.RAID_RETAKE, Mechanism.RAID_RETAKE)
    assert (world.places[a].holder == world.places[b].holder) == is_taken
    assert world.fired[Mechanism.RAID_RETAKE] == int(is_taken)


def test_a_place_lost_to_an_enemy_is_trouble_for_one():
    """Red takes a place that blue held: one of blue's two free rear guards is sent to take it back."""
    toy = toys.fight(0.5)
    toy["places"] |= {"c": toys.place(35, 38.4, "blue"), "d": toys.place(35, 38.5, "blue")}
    toy["roads"] |= {"b--c": toys.road("b", "c", 19), "c--d": toys.road("c", "d", 9)}
    toy["formations"]["r"] |= {"start": "a", "assaulting": False}
    toy["formations"] |= {one: toys.formation("blue", one, rear_guard=True) for one in ("c", "d")}
    toy["rules"]["commands"] = {"mend_reach_km": 100}
    ensemble, world = started(toy)
    names, place = ensemble.blueprint.names["formations"], place_of(ensemble, "b")
    red, guards = names.row("r"), [names.row("c"), names.row("d")]
    take(ensemble.handle, place, red, 0.0)
    assert is_trouble(ensemble.handle, world.formations[guards[0]].side, place)
    assert not is_trouble(ensemble.handle, world.formations[red].side, place)
    for row in guards:
        direct(ensemble.handle, row)
    assert sorted(world.formations[row].task for row in guards) == [NOBODY, place]


def test_a_finish_that_an_ally_holds_counts_when_passed():
    """It need not be held by the one who comes through on its way."""
    toy = toys.line(holder="red")
    toy["rules"] = {"control": {"hold_days": 2}}
    world = toys.ensemble_of(toys.entrants(toy, {"r": "p2"})).replay(3, 0)
    assert world.finishes[0].day == pytest.approx(2 * 37 / 73)


@pytest.mark.parametrize(("men", "is_lost"), [(200, True), (5000, False)])
def test_a_beaten_band_does_not_drive_a_column_back(men, is_lost):
    """Going back into a stronger enemy column, it is lost; a stronger one has its way."""
    toy = toys.fight(0.5)
    toy["formations"]["q"] = toys.formation("blue", {"at": "b", "towards": "a", "km": 9}, men)
    ensemble, world = started(toy)
    red, blue = (ensemble.blueprint.names["formations"].row(one) for one in "rq")
    world.formations[red].assault = NOBODY
    world.formations[blue].turning_back = 1
    give_way(ensemble.handle, red, blue, 0.0)
    assert (world.formations[blue].posture == Activity.LOST) == is_lost
    assert world.formations[red].turning_back == int(not is_lost)


@pytest.mark.parametrize(("share", "is_lost"), [(1.01, True), (0.99, False), (0.0, False)])
def test_one_that_comes_back_to_a_lost_place_fights_or_disperses(share, is_lost):
    """2,000 men have taken the place behind it: it disperses where its odds are poorer than are asked for."""
    toy = toys.fight(0.5)
    toy["places"]["a"]["holder"] = "blue"
    toy["garrisons"]["g"] |= {"places": ["a", "b"], "strength_men": 4000}
    toy["formations"]["r"] = toys.formation("red", {"at": "a", "towards": "b", "km": 1}, 1000)
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    unit, behind = world.formations[0], place_of(ensemble, "a")
    unit.turning_back = 1
    odds = odds_of(ensemble.handle, 0, behind, 0.0)
    assert 0.0 < odds < 1.0
    world.settings[0].assault_odds_wanted, world.settings[0].assault_odds_given_up = 1.0, share * odds
    march(ensemble.handle, 0)
    assert (unit.posture == Activity.LOST) == is_lost
    assert unit.assault == (NOBODY if is_lost else behind)
    assert unit.strength_men == (0 if is_lost else 1000)


def test_orders_end_a_pause():
    """A pause drawn for one objective does not hold the march to the next."""
    ensemble, world = started(toys.supply_line())
    unit = world.formations[0]
    unit.halt_until_day, unit.halt_reason = 9.0, Reason.PAUSES
    unit.objective = place_of(ensemble, "a")
    direct(ensemble.handle, 0)
    assert unit.objective != place_of(ensemble, "a")
    assert unit.halt_until_day == 0.0


def test_a_raided_road_costs_the_days_its_cut_has_left():
    """Days of march on own ground weigh by a factor; a cut adds its time, and does not close the road."""
    toy = toys.supply_line()
    toy["rules"]["route"] = {"redeployment_factor": 3}
    ensemble, world = started(toy)
    road = ensemble.blueprint.names["roads"].row("b--c")
    here, there = place_of(ensemble, "c"), place_of(ensemble, "b")
    world.node_fight[:] = -1.0
    assert leg_days(ensemble.handle, 0, here, there, road) == pytest.approx(3 * 30 / 100)
    world.roads[road].cut, world.roads[road].cut_until_day = 1, 2.5
    assert leg_days(ensemble.handle, 0, here, there, road) == pytest.approx(3 * 30 / 100 + 2.5)


def test_an_event_that_has_lost_its_point_does_not_happen():
    """Its `unless` flag is up before its day."""
    toy = toys.line()
    toy["events"] = {
        "first": {"title": "first", "day": 2},
        "second": {"title": "second", "day": 5, "unless": "first"},
        "other": {"title": "other", "day": 1, "unless": "first"},
    }
    ensemble = toys.ensemble_of(toy)
    days = ensemble.replay(3, 0).flags["day"]
    rows = [ensemble.blueprint.names["flags"].row(one) for one in ("first", "second", "other")]
    assert [days[row] for row in rows] == [2.0, math.inf, 1.0]


def test_men_who_leave_in_a_fight_are_no_losses():
    """Six tenths of an attacking force are sent elsewhere: the rest fights on, since nobody fell."""
    toy = toys.fight(0.5, horizon_days=3)
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.3, "refit_days": 2, "loss_rate_per_day": 0.001}
    toy["events"] = {"away": {"title": "away", "day": 1, "effects": [{"resize": "r", "keep_share": 0.4}]}}
    world = toys.ensemble_of(toy).replay(3, 0)
    log = world.log[: world.clock[0].log_rows]
    assert world.formations[0].strength_men == pytest.approx(1200, rel=0.01)
    assert LogKind.ASSAULT_BEATEN not in log["kind"]


@pytest.mark.parametrize(("was_lost", "men"), [(True, 120), (False, 30)])
def test_a_place_lost_before_gets_a_stronger_detachment(was_lost, men):
    """Of 1,000 men 3 % stay, as bound, and 12 % where the alliance has lost the place before."""
    toy = toys.line()
    toy["rules"] = {"control": {"detachment_men": 200, "detachment_most_share": 0.03, "detachment_lost_factor": 4}}
    ensemble, world = started(toy)
    place = world.places[world.formations[0].at]
    place.lost_by = world.formations[0].alliance if was_lost else NOBODY
    take(ensemble.handle, world.formations[0].at, 0, 0.0)
    assert place.garrison_men == pytest.approx(men)
    assert world.formations[0].strength_men == pytest.approx(1000 - men)


def test_a_task_dropped_is_left_for_a_while():
    """A lost place proves too strong for it, and not for long: it is not sent there again at once."""
    toy = before_a_town(1000)
    toy["formations"]["r"] |= {"rear_guard": True, "orders": []}
    toy["rules"]["commands"] = {"mend_reach_km": 100}
    toy["rules"]["assault"]["odds_pressed"] = 0.6
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    unit, lost, clock = world.formations[0], world.places[place_of(ensemble, "b")], world.clock[0]
    lost.retaken, lost.lost_by, clock.retaken = 1, unit.alliance, 1
    tasks = []
    for day in (0.0, 1.0, PATIENCE - 0.1, PATIENCE + 0.1):
        clock.day, lost.garrison_men = day, 100.0
        world.formations["calm"] = 0
        direct(ensemble.handle, 0)
        tasks.append(unit.task != NOBODY)
        lost.garrison_men = 2000.0
        if unit.task != NOBODY:
            dares(ensemble.handle, 0, place_of(ensemble, "b"), day)
    assert tasks == [True, False, False, True]


@pytest.mark.parametrize(("weight", "men", "halts"), [(1.0, 900, True), (1.0, 1100, False), (0.0, 900, False)])
def test_a_weaker_column_turned_back_by_a_rival_halts(weight, men, halts):
    """It does not set out again at once; the stronger is only warned, and after a mere warning either goes on."""
    toy = toys.contact(0.0)
    start = {"at": "a", "towards": "b", "km": 5}
    toy["formations"]["r"] = toys.formation("red", start, men, orders=[{"objective": "b"}])
    toy["sides"]["red"]["push_rate_km_per_day"] = 1
    rates = {"incidents_per_day_moving": 50, "pause_days": 3, "weight_turn_back": weight, "weight_warning": 1 - weight}
    toy["rules"]["encounters"] |= rates | {"weight_shelling": 0, "weight_ground_clash": 0}
    ensemble, world = started(toys.entrants(toy, {"r": "b", "q": "a"}))
    unit = world.formations[ensemble.blueprint.names["formations"].row("r")]
    march(ensemble.handle, ensemble.blueprint.names["formations"].row("r"))
    encounters(ensemble.handle)
    assert (unit.turning_back == 1) == halts
    assert (unit.halt_until_day > 0.0) == halts
    assert (unit.halt_reason == Reason.TURNED_BACK) == halts


def test_who_closes_in_on_a_zone_does_not_pause_first():
    """Its command has decided: the pause that was due is left out."""
    toy = toys.zone()
    toy["rules"]["march"] = {"push_days": 1, "pause_days": 50}
    ensemble, world = started(toy)
    row, there = ensemble.blueprint.names["formations"].row("r"), place_of(ensemble, "b")
    unit = world.formations[row]
    unit.pushing, unit.cycle_until_day = 1, 0.0
    assert not ready_to_advance(ensemble.handle, row, there, 1.0)
    unit.pushing, unit.defying = 1, 0
    assert ready_to_advance(ensemble.handle, row, there, 1.0)


@pytest.mark.parametrize(("holder", "is_over"), [("red", True), ("", False)])
def test_a_line_holds_nobody_back_from_its_own_ground(holder, is_over):
    """A place across the line passes to the formation's own side: its halt for the line is over."""
    toy = toys.line()
    ensemble, world = started(toy)
    unit, next_place = world.formations[0], place_of(ensemble, "p1")
    direct(ensemble.handle, 0)
    route(ensemble.handle, 0)
    unit.lines, unit.contact_range_km = 1, 15.0
    unit.halt_until_day, unit.halt_reason = 9.0, Reason.KEEPS_LINE
    line, there = world.lines[0], world.places[next_place]
    line.agreed, line.x_km, line.y_km, line.z_km = 1, there.x_km, there.y_km, there.z_km
    line.own_x_km, line.own_y_km, line.own_z_km = unit.x_km, unit.y_km, unit.z_km
    world.places[place_of(ensemble, "p2")].holder = unit.side  # the road to it comes from that alliance's ground
    if holder:
        there.holder = unit.side
    world.clock[0].holder_version += 1
    direct(ensemble.handle, 0)
    assert (unit.halt_until_day <= world.clock[0].day) == is_over
