"""Insurgent garrisons fight back: they reinforce a place under assault, raid thinly held roads and counter-attack.

All three weaken as the group loses its places. Once a day for each place an insurgent garrison holds; places act one
after the other in draw-key order, because men sent from one place are no longer there for the next. MODEL rule 5;
source: assumption, `rules.insurgents`.
"""

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, exponential, lognormal, uniform
from sim.records import fire, note
from sim.rules.changes import road_cut, wake
from sim.rules.control import SMALLEST_STEP, change_hands, note_loss
from sim.rules.ground import call, is_besieged, is_hostile
from sim.rules.retreat import push_out, stands_against
from sim.rules.route import is_near
from sim.world.codes import NOBODY, NOT_RECKONED, LogKind, Mechanism, Stance
from sim.world.geometry import distance_km

LEAST_MEN = 1.0
ENDLESS = 1e18


@compiled
def begin_day(world):
    """Write how strong each garrison group is today, and let every place under assault act."""
    for row in range(world.garrisons.shape[0]):
        group = world.garrisons[row]
        group.strength = group.places_held / max(1, group.start_places)
        group.active_days += group.strength
    for row in range(world.formations.shape[0]):
        place = world.formations[row].assault
        if place != NOBODY:
            wake(world, place)


@compiled
def fight_back(world, place):
    """Let the garrison of one place act for a day: reinforce, raid, counter-attack.

    On most days it has nothing to do: its raid is not due, no place near it was lost. `idle_until_day` says until when
    that holds; whoever changes something on which it depends sets it back to 0.
    """
    if world.idle_until_day[place] > world.clock[0].day:
        return
    if not is_insurgent_held(world, place):
        world.idle_until_day[place] = ENDLESS
        return
    here = world.places[place]
    count_idle_days(world, here)
    if here.fights > 0:
        call_for_help(world, place)
        return
    world.idle_until_day[place] = min(raid(world, place), counter_attack(world, place))


@compiled
def count_idle_days(world, here):
    """Accumulate the hazard of a raid over the days before this one on which a place had nothing else to do.

    A group's `active_days` are its days, each weighted by the share of its places that it held.
    """
    group = world.garrisons[here.garrison]
    idle_days = group.active_days - group.strength - here.raid_active_days
    if idle_days > 0.0:
        here.raid_hazard += idle_days * here.raids_per_day
    here.raid_active_days = group.active_days


@compiled
def end_of(clock):
    """Return the day on which this tick ends: insurgents act when the others have moved."""
    return clock.day + clock.tick_days


@compiled
def is_insurgent_held(world, place):
    """Return whether an insurgent garrison with men in it holds a place."""
    return world.insurgent_held[place] == 1 and world.places[place].garrison_men >= LEAST_MEN


@compiled
def call_for_help(world, place):
    """Accumulate the hazard of reinforcement and send it: a share of the strongest garrison in reach by open road.

    Bounded by the room in the place and by the men there when the assault opened, at the cost of the sender.
    """
    here, settings, clock = world.places[place], world.settings[0], world.clock[0]
    if here.reinforcement_threshold <= 0.0:
        here.reinforcement_threshold = exponential(
            clock, Purpose.REINFORCEMENT, here.draw_key, NO_ID, here.reinforcements, 1.0
        )
    here.reinforcement_hazard += settings.insurgents_reinforcement_per_day * world.garrisons[here.garrison].strength
    if here.reinforcement_hazard < here.reinforcement_threshold:
        return
    here.reinforcement_hazard = 0.0
    here.reinforcement_threshold = 0.0
    here.reinforcements += 1
    reach_km = settings.insurgents_reinforcement_reach_km
    sender = strongest_near(world, place, reach_km)
    if sender == NOBODY or not is_near(world, here.holder, sender, place, reach_km):
        return
    men = world.places[sender].garrison_men * settings.insurgents_reinforcement_share
    men = min(men, max(0.0, here.capacity_men - here.garrison_men))
    if settings.insurgents_reinforcement_most_share > 0.0:
        men = min(men, settings.insurgents_reinforcement_most_share * here.assaulted_men - here.reinforced_men)
    if men >= max(LEAST_MEN, settings.insurgents_retake_least_men):
        here.reinforced_men += men
        world.places[sender].garrison_men -= men
        wake(world, sender)
        here.garrison_men += men
        fire(world, Mechanism.REINFORCEMENT)
        note(world, LogKind.REINFORCED, end_of(clock), NOBODY, place, sender, men)


@compiled
def strongest_near(world, place, reach_km):
    """Return the insurgent-held place of the same side in reach, not under assault, with most men; -1 for none."""
    best, most = NOBODY, LEAST_MEN
    for index in range(world.near_starts[place], world.near_starts[place + 1]):
        if world.near_km[index] > reach_km:
            break
        other = world.near_places[index]
        there = world.places[other]
        if there.holder == world.places[place].holder and there.garrison_men > most:
            if is_insurgent_held(world, other) and there.fights == 0:
                best, most = other, there.garrison_men
    return best


@compiled
def enemy_road_km(world, place, upto_km):
    """Walk the enemy roads in reach of a place; return (their km, the road at which `upto_km` is passed or -1).

    An enemy road joins two places of one enemy alliance. It counts half at each of its ends, so that one with both ends
    in reach counts once.
    """
    reach, side = world.settings[0].insurgents_raid_reach_km, world.places[place].holder
    total = 0.0
    for index in range(world.near_starts[place], world.near_starts[place + 1]):
        if world.near_km[index] > reach:
            break
        other = world.near_places[index]
        if not is_hostile(world, side, other):
            continue
        alliance = world.sides[world.places[other].holder].alliance
        for arc in range(world.arc_starts[other], world.arc_starts[other + 1]):
            far_end = world.arc_places[arc]
            if is_hostile(world, side, far_end) and world.sides[world.places[far_end].holder].alliance == alliance:
                total += 0.5 * world.roads[world.arc_roads[arc]].length_km
                if total > upto_km:
                    return total, world.arc_roads[arc]
    return total, NOBODY


@compiled
def raid(world, place):
    """Accumulate the hazard of a raid by the enemy road in reach, and carry it out when it falls due.

    A raid that picks a road already cut, or with a formation at either end, comes to nothing: raids on thinly held road
    are thus a thinned Poisson process, whose hazard is that of the thinly held length. Returns the day on which the
    next raid is due if nothing changes; it comes later if the group loses places.
    """
    here, settings, clock = world.places[place], world.settings[0], world.clock[0]
    if settings.insurgents_raids_per_day_per_100_km <= 0.0 or here.garrison_men < settings.insurgents_raid_least_men:
        here.raids_per_day = 0.0
        here.raid_km = NOT_RECKONED
        return ENDLESS
    if here.raid_km == NOT_RECKONED:
        here.raid_km, _ = enemy_road_km(world, place, ENDLESS)
    here.raids_per_day = settings.insurgents_raids_per_day_per_100_km * here.raid_km / 100.0
    per_day_today = here.raids_per_day * world.garrisons[here.garrison].strength
    if per_day_today <= 0.0:
        return ENDLESS
    if here.raid_threshold <= 0.0:
        here.raid_threshold = exponential(clock, Purpose.RAID, here.draw_key, NO_ID, here.raids, 1.0)
    here.raid_hazard += per_day_today
    if here.raid_hazard < here.raid_threshold:
        return clock.day + (here.raid_threshold - here.raid_hazard) / per_day_today - SMALLEST_STEP
    here.raid_hazard = 0.0
    here.raid_threshold = 0.0
    u = uniform(clock, Purpose.RAID_TARGET, here.draw_key, NO_ID, here.raids)
    _, road = enemy_road_km(world, place, u * here.raid_km)
    if road != NOBODY and not is_safe(world, road):
        cut(world, place, road)
    here.raids += 1
    return clock.day


@compiled
def is_safe(world, road):
    """Return whether a road is cut already, lies in a besieged pocket, or has a formation at either end."""
    line = world.roads[road]
    if is_besieged(world, line.from_place) and is_besieged(world, line.to_place):
        return True
    return line.cut == 1 or world.places[line.from_place].standing + world.places[line.to_place].standing > 0


@compiled
def cut(world, place, road):
    """Cut a road for a drawn time, lose some men on both sides, and perhaps retake a weakly held end of it."""
    here, line = world.places[place], world.roads[road]
    settings, clock = world.settings[0], world.clock[0]
    days = lognormal(
        clock, Purpose.RAID_CUT, here.draw_key, NO_ID, here.raids, settings.insurgents_raid_cut_days,
        settings.insurgents_raid_cut_sigma,
    )  # fmt: skip
    line.cut = 1
    world.raided_from[place] = 1
    world.places[line.from_place].cut_roads += 1
    world.places[line.to_place].cut_roads += 1
    line.cuts += 1
    line.cut_until_day = end_of(clock) + days
    list_cut(world, road)
    for end in (line.from_place, line.to_place):
        call(world, world.sides[world.places[end].holder].alliance, end)
    clock.next_reopening_day = min(clock.next_reopening_day, line.cut_until_day)
    road_cut(world, road)
    fire(world, Mechanism.RAID)
    note(world, LogKind.RAID, end_of(clock), place, line.from_place, line.to_place, days)
    share = settings.insurgents_raid_loss_share * uniform(clock, Purpose.RAID_LOSS, here.draw_key, NO_ID, here.raids)
    here.garrison_men *= 1.0 - share
    weaker = weaker_end(world, place, line)
    world.places[weaker].garrison_men *= 1.0 - share
    u = uniform(clock, Purpose.RAID_RETAKE, here.draw_key, NO_ID, here.raids)
    is_near = distance_km(here, world.places[weaker]) <= settings.insurgents_raid_reach_km
    if u < settings.insurgents_raid_retake_probability and is_near and is_weak(world, weaker):
        retake(world, place, weaker, LogKind.RAID_RETAKE, Mechanism.RAID_RETAKE)


@compiled
def list_cut(world, road):
    """Put a road on the list of those that are cut, which is in order of their rows."""
    index = world.clock[0].cuts
    while index > 0 and world.cut_roads[index - 1] > road:
        world.cut_roads[index] = world.cut_roads[index - 1]
        index -= 1
    world.cut_roads[index] = road
    world.clock[0].cuts += 1


@compiled
def weaker_end(world, place, line):
    """Return the end of a road with fewer men in it; of two equal ones the end nearer to the raiders' place."""
    one, other = world.places[line.from_place], world.places[line.to_place]
    if one.garrison_men != other.garrison_men:
        return line.from_place if one.garrison_men < other.garrison_men else line.to_place
    here = world.places[place]
    return line.from_place if distance_km(here, one) < distance_km(here, other) else line.to_place


@compiled
def is_weak(world, place):
    """Return whether a place is weakly held and no base or start of a siege."""
    here = world.places[place]
    return here.garrison_men < world.settings[0].insurgents_weak_garrison_men and here.siege == NOBODY


@compiled
def retake(world, source, place, kind, mechanism):
    """Take a place with a share of the source's men, unless they are too few; enemy formations there fall back."""
    here, there, clock = world.places[source], world.places[place], world.clock[0]
    men = here.garrison_men * world.settings[0].insurgents_reinforcement_share
    men = min(men, there.capacity_men)
    if men < world.settings[0].insurgents_retake_least_men:
        return
    here.garrison_men -= men
    there.garrison_men = men
    there.garrison_quality = here.garrison_quality
    there.claimant = NOBODY
    note_loss(world, place, there.holder)
    fire(world, mechanism)
    note(world, kind, end_of(clock), source, place, NOBODY, men)
    change_hands(world, place, here.holder, NOBODY, here.garrison, end_of(clock))
    push_out(world, place, here.holder, end_of(clock))


@compiled
def counter_attack(world, place):
    """Strike back, once, at an enemy-held place in reach that the insurgents have just lost.

    Decided some days after each defeat with a drawn probability; it retakes the place where the men sent outweigh its
    defenders, and costs both sides a drawn share of their men where they do not. Returns the day to look again, if no
    more is lost (`sim.rules.control.alert_near`).
    """
    here, settings, clock = world.places[place], world.settings[0], world.clock[0]
    if settings.insurgents_counter_attack_probability <= 0.0 or clock.day >= here.alert_until_day:
        return ENDLESS
    next_day = ENDLESS
    for index in range(world.near_starts[place], world.near_starts[place + 1]):
        if world.near_km[index] > settings.insurgents_counter_attack_reach_km:
            break
        other = world.near_places[index]
        lost = world.places[other]
        if lost.counter_day > clock.day:
            next_day = min(next_day, lost.counter_day)
        is_due = lost.counter_day > 0.0 and lost.counter_day <= clock.day < lost.counter_day + 1.0
        if not is_due or not is_hostile(world, here.holder, other):
            continue
        u = uniform(clock, Purpose.COUNTER_ATTACK, lost.draw_key, NO_ID, lost.counters)
        strikes = u < settings.insurgents_counter_attack_probability
        reach_km = settings.insurgents_counter_attack_reach_km
        if strikes and not is_near(world, here.holder, place, other, reach_km):
            continue
        lost.counter_day = 0.0
        lost.counters += 1
        if strikes:
            strike_back(world, place, other)
        return clock.day
    return next_day


@compiled
def strike_back(world, place, other):
    """Carry a counter-attack out."""
    here, lost = world.places[place], world.places[other]
    settings, clock = world.settings[0], world.clock[0]
    men = here.garrison_men * settings.insurgents_reinforcement_share
    if men < settings.insurgents_retake_least_men:
        return
    world.raided_from[place] = 1
    sent = men * here.garrison_quality
    held = power_of_holders(world, other, here.holder)
    fire(world, Mechanism.COUNTER_ATTACK)
    note(world, LogKind.COUNTER_ATTACK, end_of(clock), place, other, NOBODY, sent)
    if sent > held:
        retake(world, place, other, LogKind.COUNTER_RETAKE, Mechanism.COUNTER_RETAKE)
        return
    u = uniform(clock, Purpose.COUNTER_ATTACK_LOSS, lost.draw_key, NO_ID, lost.counters)
    share = settings.insurgents_counter_attack_loss_share * u
    here.garrison_men *= 1.0 - share
    lost.garrison_men *= 1.0 - share
    for row in range(world.formations.shape[0]):
        if stands_against(world, row, other, here.holder):
            world.formations[row].strength_men *= 1.0 - share * sent / max(held, LEAST_MEN)


@compiled
def power_of_holders(world, place, side):
    """Return the men x quality that hold a place against a side."""
    here = world.places[place]
    power = here.garrison_men * here.garrison_quality
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if stands_against(world, row, place, side) and world.stances[side, unit.side] == Stance.HOSTILE:
            power += unit.strength_men * unit.quality
    return power
