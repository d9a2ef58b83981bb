"""Attrition: what attackers and defenders lose a day, by a mixed Lanchester law.

With X attackers and Y defenders and mixing exponent m (0 square law, 0.5 linear, 1 logarithmic):

    dX/dt = -a X^m Y^(1-m)        dY/dt = -b Y^m X^(1-m)

The attackers' power per man over the defenders', p, and the exchange ratio e enter a and b by their roots, so that at
equal numbers the attackers lose e / p men for each of the defenders. Laws between linear and logarithmic fit land
battles best (Bracken 1995; Lucas and Turkes 2004). Small forces lose at higher rates, and numbers lost on both sides
are often similar (Dupuy), hence the size exponent and the exchange ratio. Where a time to clear is given, the
defenders' losses follow from it, slower without air support. MODEL rule 4; figures in `rules.assault`.
"""

import math

from sim.compiled import compiled
from sim.rules.ground import is_besieged, is_friendly, is_hostile, men_at
from sim.world.codes import NOBODY

LEAST_MEN = 1.0
LEAST_POWER = 1e-6


@compiled
def attackers(world, place, alliance):
    """Return the men of all formations in the assault of an alliance on a place."""
    men = 0.0
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            men += world.formations[other].strength_men
    return men


@compiled
def against_ring(world, side, place):
    """Return the row of the siege whose ring has to be beaten at this place, -1 for a place held by an enemy."""
    if is_besieged(world, place) and is_friendly(world, side, place):
        return world.places[place].siege
    return NOBODY


@compiled
def defenders(world, row, place):
    """Return the men a formation would have to beat at a place: those of the ring, or of the place."""
    side = world.formations[row].side
    siege = against_ring(world, side, place)
    if siege != NOBODY:
        return world.sieges[siege].ring_men
    return men_at(world, place, side)


@compiled
def power_ratio(world, row, place, support):
    """Return a formation's combat power per man relative to the defenders': quality, supply, fortification, support.

    `support`: the factor that aircraft and artillery give it.
    """
    unit, settings = world.formations[row], world.settings[0]
    siege = against_ring(world, unit.side, place)
    quality = world.sieges[siege].ring_quality if siege != NOBODY else world.places[place].garrison_quality
    shelter = 1.0 if siege != NOBODY else world.places[place].fortification
    share = min(1.0, unit.supply_days / settings.supply_stock_days)
    low = settings.assault_low_supply_power
    supplied = low + (1.0 - low) * min(1.0, share / settings.assault_full_power_stock_share)
    return unit.quality * max(support, 1.0) * supplied / (quality * shelter)


@compiled
def muster(world, place, alliance):
    """Return the attackers' men, and their power ratio and pace of clearing averaged over these.

    The pace is 1 with full air support, less with less.
    """
    men, power, pace = 0.0, 0.0, 0.0
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            unit = world.formations[other]
            men += unit.strength_men
            power += unit.strength_men * power_ratio(world, other, place, unit.support)
            pace += unit.strength_men * pace_of(world, other)
    counted = max(men, LEAST_MEN)
    return men, max(power / counted, LEAST_POWER), pace / counted


@compiled
def pace_of(world, row):
    """Return a formation's pace of clearing: 1 with full air support, `unsupported_clearing` with none."""
    without = world.settings[0].assault_unsupported_clearing
    return without + (1.0 - without) * world.formations[row].support_share


@compiled
def losses_per_day(world, place, ring, attacking, defending, power, pace):
    """Return the men lost a day by attackers and defenders.

    The loss rate of a force of X men is that of the reference size x (reference men / X) ^ size exponent.
    `attacking`, `defending`: men; `power`: attackers' power per man over the defenders'; `pace`: of clearing
    block by block; `ring`: a siege or -1.
    """
    ratio = world.settings[0].assault_exchange_ratio
    if is_cleared(world, place, ring):
        cleared = cleared_per_day(world, place, attacking, defending, pace)
        return cleared * ratio, cleared
    log_engaged, log_defending = log_men(engaged_men(world, place, attacking, defending)), log_men(defending)
    lost_by_attackers = loss_rate(world, log_engaged, log_defending) * math.sqrt(ratio / power)
    return lost_by_attackers, loss_rate(world, log_defending, log_engaged) * math.sqrt(power / ratio)


@compiled
def cleared_per_day(world, place, attacking, defending, pace):
    """Return the men lost a day by the defenders of a place that is cleared block by block."""
    here = world.places[place]
    at_start = here.block_men if here.block_men > 0.0 else defending
    return at_start * here.breakpoint_share / here.clear_days * pace * min(1.0, attacking / here.frontage_men)


@compiled
def is_cleared(world, place, ring):
    """Return whether a fight goes by the time to clear a place, block by block."""
    return world.places[place].clear_days > 0.0 and ring == NOBODY


@compiled
def engaged_men(world, place, attacking, defending):
    """Return how many attackers find room: on the ground, and before so many defenders.

    Without the second bound a law near the logarithmic one lets thousands lose hundreds to a few dozen, for there the
    attackers' losses go with their own number. Source: assumption, `rules.assault.engaged_per_defender`.
    """
    most = world.settings[0].assault_engaged_per_defender
    engaged = min(attacking, world.places[place].frontage_men)
    return min(engaged, most * max(defending, LEAST_MEN)) if most > 0.0 else engaged


@compiled
def log_men(men):
    """Return the logarithm of the men of a force, of at least one man."""
    return math.log(max(men, LEAST_MEN))


@compiled
def loss_rate(world, log_own, log_other):
    """Return the men lost a day by a force to one of the same power, from the logarithms of the men of both."""
    settings = world.settings[0]
    mixing, size = settings.assault_mixing_exponent, settings.assault_size_exponent
    return settings.assault_loss_rate_per_day * math.exp(
        size * (world.clock[0].log_reference_men - log_own) + mixing * log_own + (1.0 - mixing) * log_other
    )


@compiled
def breakpoint_of(world, place):
    """Return the share of defenders lost at which they break."""
    return world.places[place].breakpoint_share


@compiled
def expected_days(world, row, place):
    """Return the expected days from the gate to the end of a fight for a place, as a planner would reckon."""
    unit, here = world.formations[row], world.places[place]
    ring = against_ring(world, unit.side, place)
    men = defenders(world, row, place)
    if men < LEAST_MEN or not (ring != NOBODY or is_hostile(world, unit.side, place)):
        return 0.0
    power = power_ratio(world, row, place, unit.support)
    _, lost = losses_per_day(world, place, ring, unit.strength_men, men, power, 1.0)
    fight = breakpoint_of(world, place) * men / max(lost, 1e-6)
    return here.preparation_days + fight + here.consolidation_days
