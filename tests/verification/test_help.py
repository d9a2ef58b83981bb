"""Who waits for odds, or has nothing to do, goes where it is of use: to allies, to later objectives, to lost places."""

import pytest

from sim.events import events
from sim.rules.clearing import is_help_wanted, is_mended
from sim.rules.commands import direct
from sim.rules.march import march
from sim.rules.odds import dares
from sim.rules.route import route
from sim.rules.supply import replace_losses
from sim.rules.tasks import is_done, is_worn, leads_on
from sim.world.codes import NOBODY, Duty, LogKind, Reason
from sim.world.geometry import distance_km
from sim.world.start import place_on_road
from tests import toys
from tests.verification.test_odds import before_a_town
from tests.verification.test_read_runs import place_of, started


def two_fronts(men, help_reach_km=100, more=()):
    """Return two columns of so many men before a town of 2,000 each, a and b, c and d, 60 km of own road apart."""
    toy = before_a_town(men, horizon_days=60)
    toy["places"] |= {"c": toys.place(35.4, 38, "red"), "d": toys.place(35.4, 38.2, "blue")}
    toy["places"]["d"]["fortification"] = 1.5
    toy["roads"] |= {"c--d": toys.road("c", "d", 18), "a--c": toys.road("a", "c", 60)}
    toy["garrisons"]["h"] = toy["garrisons"]["g"] | {"places": ["d"]}
    for garrison in toy["garrisons"].values():
        garrison["insurgent"] = True
    orders = [{"objective": one} for one in ("d", *more)]
    toy["formations"]["s"] = toys.formation("red", "c", men, orders=orders)
    toy["rules"]["assault"]["odds_pressed"] = 0.6
    toy["rules"]["commands"] = {"help_reach_km": help_reach_km}
    return toys.entrants(toy, {"r": "b", "s": "d"})


def two_guards(men):
    """Return the same with two rear guards at c, n stronger than m, in place of s, and d held by so many men."""
    toy = two_fronts(1000)
    toy["formations"] |= {
        one: toys.formation("red", "c", strength, rear_guard=True) for one, strength in (("m", 500), ("n", 900))
    }
    del toy["formations"]["s"]
    toy["garrisons"]["h"]["strength_men"] = men
    return toy


def waiting(toy, *who):
    """Return (ensemble, world) on day 0, with those formations named that now wait for odds."""
    ensemble, world = started(toy)
    for name in who:
        row = row_of(ensemble, name)
        direct(ensemble.handle, row)
        route(ensemble.handle, row)
        march(ensemble.handle, row)
        assert world.formations[row].odds_at != NOBODY
    return ensemble, world


def row_of(ensemble, name):
    """Return the row of a formation."""
    return ensemble.blueprint.names["formations"].row(name)


def test_two_fronts_too_weak_for_their_towns_mass_at_one():
    """0.53 to 1 each, 1.06 together: one goes to help, the other waits for it, and both go in on one day."""
    ensemble = toys.ensemble_of(two_fronts(1900))
    world = ensemble.replay(3, 0)
    log = world.log[: world.clock[0].log_rows]
    begins = log[log["kind"] == LogKind.ASSAULT_BEGINS][0]
    assert begins["value"] == pytest.approx(2 * 1900) and begins["day"] < 10
    assert (log["kind"] == LogKind.DARES).sum() >= 1


@pytest.mark.parametrize(("men", "reach_km"), [(1900, 50), (1000, 100)])
def test_nobody_goes_too_far_or_where_it_does_not_help(men, reach_km):
    """60 km are too far, or both together still have half of what it takes: each waits where it is."""
    ensemble, world = waiting(two_fronts(men, reach_km), "r", "s")
    for name in "rs":
        direct(ensemble.handle, row_of(ensemble, name))
        assert world.formations[row_of(ensemble, name)].task == NOBODY


def test_the_one_that_is_helped_stays_and_the_helper_waits_with_it():
    """At 0.7 to 1 the helper, come to the front, holds for better odds as if under orders; they do not swap fronts."""
    ensemble, world = waiting(two_fronts(1260), "r", "s")
    r, s = row_of(ensemble, "r"), row_of(ensemble, "s")
    direct(ensemble.handle, r)
    direct(ensemble.handle, s)
    helper, helped = world.formations[r], world.formations[s]
    assert helper.duty == Duty.HELP and helper.task == helped.odds_at == place_of(ensemble, "d")
    assert helped.task == NOBODY
    helper.at = helped.at
    helper.halt_until_day = 0.0
    route(ensemble.handle, r)
    assert not dares(ensemble.handle, r, helper.task, 0.0)
    assert helper.task == helper.odds_at == helped.odds_at


def test_help_is_over_when_nobody_wants_it():
    """The ally has gone elsewhere: the helper goes back to what it waited for."""
    ensemble, world = waiting(two_fronts(1260), "r", "s")
    r, s = row_of(ensemble, "r"), row_of(ensemble, "s")
    direct(ensemble.handle, r)
    assert not is_done(ensemble.handle, r)
    world.formations[s].odds_at, world.formations[s].path_length = NOBODY, 0
    assert is_done(ensemble.handle, r)
    direct(ensemble.handle, r)
    assert world.formations[r].objective == place_of(ensemble, "b")


@pytest.mark.parametrize(("more", "goes"), [(("e",), True), ((), False)])
def test_who_waits_takes_a_later_objective_first(more, goes):
    """e, held by 50 men beyond own ground, comes after d in its orders, or not at all."""
    toy = two_fronts(1000, more=more)
    toy["places"]["e"] = toys.place(35.2, 38, "blue")
    toy["roads"]["a--e"] = toys.road("a", "e", 20)
    toy["garrisons"]["e"] = toy["garrisons"]["g"] | {"places": ["e"], "strength_men": 50}
    ensemble, world = waiting(toy, "s")
    direct(ensemble.handle, row_of(ensemble, "s"))
    assert (world.formations[row_of(ensemble, "s")].task == place_of(ensemble, "e")) == goes


def test_of_two_as_near_the_stronger_goes():
    """Two rear guards stand at one place; the weaker leaves a lost place to the other, unless that would lose there."""
    toy = two_guards(100)
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    weak, strong, place = row_of(ensemble, "m"), row_of(ensemble, "n"), place_of(ensemble, "d")
    world.formations["free"][[weak, strong]], world.formations["ordered"] = 1, NOBODY
    km = distance_km(world.formations[weak], world.places[place])
    assert km == distance_km(world.formations[strong], world.places[place])
    assert is_mended(ensemble.handle, weak, place, km, False)
    assert not is_mended(ensemble.handle, strong, place, km, False)
    world.formations[strong].calm = 1  # it has looked, and declined
    assert not is_mended(ensemble.handle, weak, place, km, False)
    world.formations[strong].calm = 0
    world.places[place].garrison_men = 2000
    assert not is_mended(ensemble.handle, weak, place, km, False)


def test_who_is_made_smaller_by_an_event_is_not_worn():
    """Six tenths go on: what it has lost is reckoned from those."""
    toy = two_fronts(1000)
    toy["rules"]["commands"]["clear_least_share"] = 0.7
    toy["events"] = {"rest": {"title": "rest", "day": 0, "effects": [{"resize": "r", "keep_share": 0.6}]}}
    ensemble, world = started(toy)
    events(ensemble.handle)
    unit = world.formations[row_of(ensemble, "r")]
    assert unit.strength_men == pytest.approx(600)
    assert not is_worn(ensemble.handle, unit)
    unit.strength_men = 400
    assert is_worn(ensemble.handle, unit)


@pytest.mark.parametrize(("odds_wanted", "goes"), [(0.5, True), (0.9, False)])
def test_a_defeat_is_not_repeated_for_impatience(odds_wanted, goes):
    """Beaten off at 0.53 to 1, at the end of its patience it goes again only if that is what is asked for at first."""
    ensemble, world = waiting(two_fronts(1900, 50), "r")
    row = row_of(ensemble, "r")
    unit, place = world.formations[row], place_of(ensemble, "b")
    world.settings[0].assault_odds_wanted = odds_wanted
    world.settings[0].assault_odds_pressed = 0.4
    unit.beaten_at, unit.beaten_times, unit.beaten_odds = place, 1, 0.9
    assert dares(ensemble.handle, row, place, 1000.0) == goes


def test_who_has_retaken_a_place_stays_though_it_waits():
    """A fortnight at the place, then back to the front where it waits for odds."""
    toy = two_fronts(1000, 0)
    toy["rules"]["commands"] |= {"mend_reach_km": 100, "mend_stay_days": 14, "clear_reach_km": 100}
    toy["formations"]["r"] |= {"rear_guard": True}
    ensemble, world = waiting(toy, "r")
    unit = world.formations[row_of(ensemble, "r")]
    place = world.places[place_of(ensemble, "c")]
    place.retaken, place.lost_by, world.clock[0].retaken = 1, unit.alliance, 1
    place.holder = world.places[place_of(ensemble, "d")].holder
    place.garrison_men = 10
    world.formations["calm"] = 0
    direct(ensemble.handle, row_of(ensemble, "r"))
    assert unit.task == place_of(ensemble, "c") and unit.waits_at == place_of(ensemble, "b")
    place.retaken, world.clock[0].retaken, place.holder = 0, 0, unit.side
    unit.at = unit.task
    for day, task in ((13.9, unit.task), (14.0, NOBODY)):
        world.clock[0].day = day
        direct(ensemble.handle, row_of(ensemble, "r"))
        assert unit.task == task


def test_odds_that_are_awaited_are_told_when_they_come():
    """With what odds it sets out in the end, after its patience."""
    toy = before_a_town()
    world = toys.ensemble_of(toy).replay(3, 0)
    log = world.log[: world.clock[0].log_rows]
    held = log[(log["kind"] == LogKind.WAITS) & (log["other"] == Reason.ODDS)][0]
    told = log[log["kind"] == LogKind.DARES][0]
    assert told["day"] > held["day"] and told["value"] == pytest.approx(held["value"], rel=0.01)


@pytest.mark.parametrize(
    ("orders", "men", "far_km", "goes"),
    [
        ([], 90, 60, True),
        ([], 90, 130, True),
        ([], 90, 230, False),
        ([], 20, 60, False),
        ([], 9000, 60, False),
        (["a"], 90, 60, False),
    ],
)
def test_who_has_no_orders_left_mops_up(orders, men, far_km, goes):
    """It clears whatever it can, as far as it would help, and less far for too few to raid; who is to hold does not."""
    toy = two_fronts(1900, help_reach_km=200)
    del toy["formations"]["s"]
    toy["roads"]["a--c"]["length_km"] = far_km
    toy["garrisons"]["h"]["strength_men"] = men
    toy["garrisons"]["g"] |= {"strength_men": 90_000}
    toy["rules"]["commands"] |= {"clear_reach_km": 60}
    toy["rules"]["insurgents"] = {"raid_least_men": 100}
    toy["formations"]["r"] |= {"rear_guard": True, "orders": [{"objective": one, "kind": "hold"} for one in orders]}
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    direct(ensemble.handle, row_of(ensemble, "r"))
    assert (world.formations[0].task == place_of(ensemble, "d")) == goes


@pytest.mark.parametrize(("help_reach_km", "goes_on"), [(10, True), (100, False)])
def test_who_has_gone_round_a_place_does_not_march_back_to_it(help_reach_km, goes_on):
    """It waited before d and has cleared e, 98 km off by road, of its later orders: from too far it goes on to f."""
    toy = two_fronts(1000, help_reach_km, more=("e", "f"))
    toy["places"] |= {"e": toys.place(35.2, 38, "blue"), "f": toys.place(35.2, 38.2, "blue")}
    toy["roads"] |= {"a--e": toys.road("a", "e", 20), "e--f": toys.road("e", "f", 20)}
    toy["garrisons"]["e"] = toy["garrisons"]["g"] | {"places": ["e", "f"], "strength_men": 100}
    ensemble, world = waiting(toy, "s")
    row = row_of(ensemble, "s")
    unit, cleared = world.formations[row], place_of(ensemble, "e")
    unit.waits_at, unit.odds_at = unit.odds_at, NOBODY
    unit.task, unit.duty, unit.at = cleared, Duty.CLEAR, cleared
    world.places[cleared].holder = unit.side
    world.clock[0].holder_version += 1
    direct(ensemble.handle, row)
    assert unit.ordered == place_of(ensemble, "f" if goes_on else "d")


@pytest.mark.parametrize(("men", "calm"), [(698, 1), (699.97, 0)])
def test_who_has_men_enough_again_looks_for_a_task(men, calm):
    """Of 1,000 it needs 700, and 0.4 % of what is lacking comes in a day."""
    toy = two_fronts(1000)
    toy["rules"]["commands"]["clear_least_share"] = 0.7
    toy["rules"]["supply"] = {"replacements_per_day": 0.004}
    ensemble, world = started(toy)
    unit = world.formations[row_of(ensemble, "r")]
    unit.strength_men, unit.calm = men, 1
    replace_losses(ensemble.handle, row_of(ensemble, "r"))
    assert unit.strength_men > men and unit.calm == calm


def test_who_leaves_a_place_to_an_ally_looks_again_until_that_has_declined():
    """Two as free and as near, the stronger yet to look: the weaker is not done looking until the other has."""
    toy = two_guards(40)
    toy["rules"]["commands"] |= {"clear_reach_km": 60}
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    world.formations["free"], world.formations["ordered"] = 1, NOBODY
    weak, strong = (world.formations[row_of(ensemble, one)] for one in "mn")
    direct(ensemble.handle, row_of(ensemble, "m"))
    assert weak.task == NOBODY and weak.calm == 0
    direct(ensemble.handle, row_of(ensemble, "n"))
    assert strong.task == place_of(ensemble, "d")
    direct(ensemble.handle, row_of(ensemble, "m"))
    assert weak.task == NOBODY and weak.calm == 1


@pytest.mark.parametrize(
    ("men", "clear_days", "is_wanted"), [(1900, None, True), (9000, None, False), (9000, 40, True)]
)
def test_a_fight_that_goes_well_wants_no_help(men, clear_days, is_wanted):
    """s attacks 2,000 with about as many or with many more, and there is room; a clearance is the shorter for more."""
    toy = two_fronts(1900)
    toy["place_kinds"]["town"]["frontage_men"] = 100_000
    if clear_days:
        toy["places"]["d"]["clear_days"] = clear_days
    toy["formations"]["s"]["strength_men"] = men
    ensemble, world = started(toy)
    ally, place = world.formations[row_of(ensemble, "s")], place_of(ensemble, "d")
    ally.to = ally.assault = place
    assert is_help_wanted(ensemble.handle, row_of(ensemble, "r"), place) == is_wanted


@pytest.mark.parametrize(
    ("clear_reach_km", "stands_at", "goes_on"), [(70, "c", True), (30, "c", False), (70, "a", False)]
)
def test_who_has_helped_goes_on_with_those_it_helped_towards_its_own_goal(clear_reach_km, stands_at, goes_on):
    """r waits for b and is at c, 48 km from it, or still at a; s has orders for d, 44 km from b, and then for b."""
    toy = two_fronts(1000, more=("b",))
    toy["rules"]["commands"] |= {"clear_reach_km": clear_reach_km}
    ensemble, world = started(toy)
    unit, ally = world.formations[row_of(ensemble, "r")], world.formations[row_of(ensemble, "s")]
    unit.at = place_of(ensemble, stands_at)
    place_on_road(ensemble.handle, unit)
    unit.waits_at, ally.ordered = place_of(ensemble, "b"), place_of(ensemble, "d")
    unit.task, unit.duty = place_of(ensemble, "d"), Duty.HELP
    assert leads_on(ensemble.handle, row_of(ensemble, "r"), place_of(ensemble, "d")) == goes_on
    assert is_done(ensemble.handle, row_of(ensemble, "r")) != goes_on


def test_who_has_carried_out_its_last_order_stays_until_called():
    """A fortnight, as after a task, though it looks around and there is something to clear next door."""
    toy = two_fronts(1900, help_reach_km=200)
    toy["garrisons"]["h"]["strength_men"] = 40
    toy["rules"]["commands"] |= {"clear_reach_km": 60, "mend_stay_days": 14}
    toy["formations"]["r"] |= {"rear_guard": True, "orders": [{"objective": "c", "if_ally_holds": "go"}]}
    del toy["formations"]["s"]
    ensemble, world = started(toys.entrants(toy, {"r": "b"}))
    row, unit = row_of(ensemble, "r"), world.formations[0]
    direct(ensemble.handle, row)
    unit.at = unit.objective
    for day, task in ((0.0, "c"), (13.9, "c"), (14.0, "d")):
        world.clock[0].day, unit.calm = day, 0
        direct(ensemble.handle, row)
        assert unit.task == place_of(ensemble, task)
