"""Encounters between rivals: incidents arrive as a Poisson process in the time spent in contact.

Who is in contact with whom: `sim.rules.contacts`. The hazard accumulates and an incident falls where it passes a drawn
exponential threshold, which is exact for any tick. In strikes and shoot-downs it is the side of the aircraft that
counts. Lasting contact under a working channel may bring an agreed line, at which both stop (`sim.rules.march`). MODEL
rule 6; figures in `rules.encounters`.
"""

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, exponential, uniform
from sim.records import add_incident, fire, note
from sim.rules.contacts import is_foremost, may_pair_anew, nearest_rival_place, pair_off
from sim.rules.ground import line_with, nearest_place, own_km
from sim.rules.movement import turn_back
from sim.rules.tension import aggravate, channel_works, heat
from sim.world.codes import NOBODY, Activity, Cause, IncidentKind, LogKind, Mechanism, Reason, Stance

LAST_KIND = int(IncidentKind.GROUND_CLASH)


@compiled
def encounters(world):
    """Find every contact and let incidents happen in it; contacts are handled in draw-key order of their owner."""
    if world.settings[0].encounters_contact_range_km <= 0.0:
        return
    if may_pair_anew(world):
        pair_off(world)
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.posture == Activity.LOST:
            continue
        other = unit.rival
        if other != NOBODY:
            if row < other and world.formations[other].rival == row:
                in_contact(world, row, other, NOBODY)
        else:
            place = nearest_rival_place(world, row)
            if place != NOBODY and is_foremost(world, row, place):
                in_contact(world, row, NOBODY, place)


@compiled
def is_moving(world, row):
    """Return 1 where a formation advances or fights, 0 where it stands, marches on its own ground or clears a city."""
    unit = world.formations[row]
    posture = unit.posture
    if posture == Activity.FIGHTING and unit.assault != NOBODY and world.places[unit.assault].clear_days > 0.0:
        return 0
    moving = posture == Activity.ADVANCING or posture == Activity.PREPARING or posture == Activity.FIGHTING
    return 1 if moving else 0


@compiled
def party(world, other, place):
    """Return (side, command) of the far side of a contact.

    A place speaks for its garrison's command, or, held by no listed garrison, for its side's (-1: none).
    """
    if other != NOBODY:
        return world.formations[other].side, world.formations[other].command
    here = world.places[place]
    side = here.holder
    if here.garrison != NOBODY and world.garrisons[here.garrison].side == side:
        return side, world.garrisons[here.garrison].command
    return side, world.sides[side].command


@compiled
def in_contact(world, row, other, place):
    """Accumulate the hazard of a contact over the tick and let the incidents that fall into it happen."""
    unit, clock = world.formations[row], world.clock[0]
    side, far_command = party(world, other, place)
    alliance = world.sides[side].alliance
    moving = is_moving(world, row) == 1 or (other != NOBODY and is_moving(world, other) == 1)
    works = channel_works(world, unit.command, far_command)
    seek_line(world, row, other, place, works)
    settled = not moving or line_with(world, row, alliance).agreed == 1
    rate = incidents_per_day(world, row, other, far_command, settled, works)
    remaining = clock.tick_days
    now = clock.day
    while rate > 0.0:
        if unit.contact_threshold <= 0.0:
            unit.contact_threshold = exponential(
                clock, Purpose.INCIDENT_TIME, unit.draw_key, NO_ID, unit.incidents, 1.0
            )
        needed = (unit.contact_threshold - unit.contact_hazard) / rate
        if needed > remaining:
            unit.contact_hazard += rate * remaining
            return
        now += needed
        remaining -= needed
        unit.contact_hazard = 0.0
        unit.contact_threshold = 0.0
        incident(world, row, other, place, now)
        unit.incidents += 1


@compiled
def incidents_per_day(world, row, other, far_command, settled, works):
    """Return the hazard of a contact: base rate x tension x channel x what restraint leaves of it."""
    settings, unit = world.settings[0], world.formations[row]
    rate = settings.encounters_incidents_per_day_settled if settled else settings.encounters_incidents_per_day_moving
    rate *= heat(world, unit.command, far_command) * (1.0 - unit.restraint)
    if other != NOBODY:
        rate *= 1.0 - world.formations[other].restraint
    if works:
        rate *= settings.encounters_channel_factor
    return rate


@compiled
def seek_line(world, row, other, place, works):
    """Agree a line in lasting contact while a channel works; one that a formation has left behind lapses."""
    unit, settings, clock = world.formations[row], world.settings[0], world.clock[0]
    far_side, _ = party(world, other, place)
    alliance = world.sides[far_side].alliance
    line = line_with(world, row, alliance)
    if line.agreed == 1:
        if own_km(line, unit) > unit.contact_range_km:
            line.agreed = 0
        return
    if not works:
        return
    if unit.line_threshold <= 0.0:
        unit.line_threshold = exponential(clock, Purpose.LINE_AGREED, unit.draw_key, NO_ID, unit.lines, 1.0)
    unit.line_hazard += settings.encounters_line_agreed_per_day * clock.tick_days
    if unit.line_hazard >= unit.line_threshold:
        unit.line_hazard = 0.0
        unit.line_threshold = 0.0
        unit.lines += 1
        if other != NOBODY:
            agree(line, unit, world.formations[other])
            agree(line_with(world, other, unit.alliance), world.formations[other], unit)
            world.formations[other].lines += 1
        else:
            agree(line, unit, world.places[place])
        fire(world, Mechanism.LINE_AGREED)
        note(world, LogKind.LINE_AGREED, clock.day, row, nearest_place(world, row), alliance, 0.0)


@compiled
def agree(line, own, far):
    """Draw a line midway between where a formation and its rival (a formation or a place) stand."""
    line.agreed = 1
    line.own_x_km, line.own_y_km, line.own_z_km = own.x_km, own.y_km, own.z_km
    line.x_km, line.y_km, line.z_km = far.x_km, far.y_km, far.z_km


@compiled
def incident(world, row, other, place, day):
    """Let one incident happen: its kind, whose weapons, what it costs, and the tension it leaves."""
    unit = world.formations[row]
    far_side, far_command = party(world, other, place)
    kind = draw_kind(world, row, other, place)
    where = nearest_place(world, row)
    own_arm, far_arm = arms_over(world, row, other, place)
    own_flies = is_severe(kind) and own_aircraft(world, row, own_arm, far_arm)
    side, other_side = weapons(world, kind, own_flies, unit.side, far_side, own_arm, far_arm)
    add_incident(world, kind, Cause.CONTACT, day, where, row, side, other, place, other_side)
    fire(world, Mechanism.INCIDENT)
    turned = who_turns_back(world, row, other, place) if kind == IncidentKind.TURN_BACK else row
    note(world, LogKind.INCIDENT, day, turned, where, other if turned == row else row, float(kind))
    aggravate(world, unit.command, far_command, is_severe(kind), day)
    if kind == IncidentKind.WARNING:
        return
    if kind == IncidentKind.TURN_BACK:
        step_back(world, turned)
        halt_for(world, turned, Reason.TURNED_BACK, day)
        return
    fire(world, Mechanism.CLASH)
    if kind == IncidentKind.SHOOT_DOWN:
        withdraw_air(world, own_arm if own_flies else far_arm, day)
        return
    is_hit = kind != IncidentKind.STRIKE or not own_flies
    other_is_hit = other != NOBODY and (kind != IncidentKind.STRIKE or own_flies)
    if is_hit:
        suffer(world, row, day)
    if other_is_hit:
        suffer(world, other, day)
    weaker = row
    if other_is_hit and (not is_hit or world.formations[other].strength_men < unit.strength_men):
        weaker = other
    holds = other == NOBODY and unit.strength_men > world.places[place].garrison_men
    u = uniform(world.clock[0], Purpose.INCIDENT_WITHDRAWS, unit.draw_key, NO_ID, unit.incidents)
    if u < world.settings[0].encounters_withdraw_probability and (is_hit or other_is_hit) and not holds:
        step_back(world, weaker)


@compiled
def arms_over(world, row, other, place):
    """Return the air arms over both parties of a contact, each where it stands; -1 for none."""
    far_side, _ = party(world, other, place)
    far_place = nearest_place(world, other) if other != NOBODY else place
    return arm_over(world, world.formations[row].side, nearest_place(world, row)), arm_over(world, far_side, far_place)


@compiled
def own_aircraft(world, row, own_arm, far_arm):
    """Return whether it is aircraft over the formation that strike or are shot down, rather than those over its rival.

    Drawn in proportion to the sorties of the two arms.
    """
    unit = world.formations[row]
    ours = world.air_arms[own_arm].sorties_per_day if own_arm != NOBODY else 0.0
    theirs = world.air_arms[far_arm].sorties_per_day if far_arm != NOBODY else 0.0
    u = uniform(world.clock[0], Purpose.INCIDENT_AIR, unit.draw_key, NO_ID, unit.incidents)
    return u * (ours + theirs) < ours


@compiled
def weapons(world, kind, own_flies, own_side, far_side, own_arm, far_arm):
    """Return the sides whose weapons meet: in a strike the arm's and the struck party's, in a shoot-down both arms'."""
    side, other_side = own_side, far_side
    if kind == IncidentKind.SHOOT_DOWN or (kind == IncidentKind.STRIKE and own_flies):
        side = world.air_arms[own_arm].side
    if kind == IncidentKind.SHOOT_DOWN or (kind == IncidentKind.STRIKE and not own_flies):
        other_side = world.air_arms[far_arm].side
    if world.stances[side, other_side] != Stance.RIVAL:
        return own_side, far_side
    return side, other_side


@compiled
def withdraw_air(world, arm, day):
    """Keep an air arm that lost an aircraft away from the ground fight for a drawn time (exponential)."""
    clock, mean = world.clock[0], world.settings[0].encounters_air_withdrawn_days
    if mean <= 0.0:
        return
    record = world.air_arms[arm]
    days = exponential(clock, Purpose.AIR_WITHDRAWN, record.draw_key, NO_ID, clock.incidents, mean)
    record.withdrawn_until_day = max(record.withdrawn_until_day, day + days)
    fire(world, Mechanism.AIR_WITHDRAWN)
    note(world, LogKind.AIR_WITHDRAWN, day, arm, NOBODY, NOBODY, days)


@compiled
def is_severe(kind):
    """Return whether an incident is of a kind that may suspend a channel."""
    return kind == IncidentKind.STRIKE or kind == IncidentKind.SHOOT_DOWN


@compiled
def arm_over(world, side, place):
    """Return the air arm that supports a side over a place (of several the one with most sorties), -1 for none.

    One that stays away after a loss is not there.
    """
    best, most = NOBODY, 0.0
    for arm in range(world.air_arms.shape[0]):
        if world.air_sides[arm, side] == 1 and world.air_places[arm, place] == 1:
            is_there = world.air_arms[arm].withdrawn_until_day <= world.clock[0].day
            if is_there and world.air_arms[arm].sorties_per_day > most:
                best, most = arm, world.air_arms[arm].sorties_per_day
    return best


@compiled
def draw_kind(world, row, other, place):
    """Draw the kind of an incident by the weights of `rules.encounters`.

    A strike needs aircraft over one of the two, a shoot-down over both; a warning is left where neither can turn back,
    and where there is nothing else.
    """
    unit, settings = world.formations[row], world.settings[0]
    own_arm, far_arm = arms_over(world, row, other, place)
    strike = settings.encounters_weight_strike if own_arm != NOBODY or far_arm != NOBODY else 0.0
    shoot_down = settings.encounters_weight_shoot_down if own_arm != NOBODY and far_arm != NOBODY else 0.0
    weights = (
        settings.encounters_weight_warning,
        settings.encounters_weight_turn_back,
        strike,
        settings.encounters_weight_shelling,
        shoot_down,
        settings.encounters_weight_ground_clash,
    )
    total = 0.0
    for weight in weights:
        total += weight
    if total <= 0.0:
        return IncidentKind.WARNING
    left = total * uniform(world.clock[0], Purpose.INCIDENT_KIND, unit.draw_key, NO_ID, unit.incidents)
    for kind in range(len(weights)):
        left -= weights[kind]
        if left < 0.0:
            is_warned = kind == IncidentKind.TURN_BACK and who_turns_back(world, row, other, place) == NOBODY
            return IncidentKind.WARNING if is_warned else kind
    return LAST_KIND


@compiled
def who_turns_back(world, row, other, place):
    """Return the formation that turns back in a contact: the one with fewer men, if it can; -1 for none."""
    men = world.formations[row].strength_men
    if other == NOBODY:
        weaker = row if men <= world.places[place].garrison_men else NOBODY
    else:
        weaker = row if men <= world.formations[other].strength_men else other
    return weaker if weaker != NOBODY and can_step_back(world.formations[weaker]) else NOBODY


@compiled
def suffer(world, row, day):
    """Take a formation's losses from a clash and let it halt for a drawn time."""
    unit, settings, clock = world.formations[row], world.settings[0], world.clock[0]
    u = uniform(clock, Purpose.INCIDENT_LOSS, unit.draw_key, NO_ID, clock.incidents)
    unit.strength_men *= 1.0 - settings.encounters_loss_share * u
    halt_for(world, row, Reason.CLASH, day)


@compiled
def halt_for(world, row, reason, day):
    """Let a formation that is in no assault halt for a drawn time (exponential, `rules.encounters.pause_days`)."""
    unit, settings, clock = world.formations[row], world.settings[0], world.clock[0]
    if settings.encounters_pause_days > 0.0 and unit.assault == NOBODY:
        mean = settings.encounters_pause_days
        until_day = day + exponential(clock, Purpose.INCIDENT_PAUSE, unit.draw_key, NO_ID, clock.incidents, mean)
        if until_day > unit.halt_until_day:
            unit.halt_until_day, unit.halt_reason = until_day, reason
            note(world, LogKind.WAITS, day, row, nearest_place(world, row), reason, until_day - day)


@compiled
def step_back(world, row):
    """Go back to the last place passed, if on the road beyond own ground, from where the tick has brought it to."""
    if can_step_back(world.formations[row]):
        turn_back(world, row, world.clock[0].day + world.clock[0].tick_days)


@compiled
def can_step_back(unit):
    """Return whether a formation is on the road beyond its own ground, not in an assault and not going back already."""
    is_free = unit.to != NOBODY and unit.assault == NOBODY and unit.turning_back == 0
    return is_free and unit.posture == Activity.ADVANCING
