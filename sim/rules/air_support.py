"""Air support: each air arm spreads its sorties of the day over the formations in assaults.

First the main effort, by the interests of the arm's command; what is left over goes to the others. MODEL rule 9; source
of the shape: assumption; figures in `air_arms` and `rules.commands.support_when_preparing`.
"""

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.ground import interest_in, is_foreign, nearest_place
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism


@compiled
def allocate(world, row):
    """Spread an air arm's sorties for the day: first to the main effort, the rest in equal parts.

    The main effort is the fighting (or preparing) formation whose objective the arm's command cares for most.
    """
    arm = world.air_arms[row]
    main, best, claims = NOBODY, -1.0, 0
    for other in range(world.formations.shape[0]):
        if world.formations[other].assault == NOBODY:
            continue
        claim = claim_on(world, row, other)
        if claim > 0.0:
            claims += 1
        if claim > best and claim > 0.0:
            main, best = other, claim
    if main != NOBODY and world.formations[main].assault != arm.effort_at:
        arm.effort_at = world.formations[main].assault
        note(world, LogKind.MAIN_EFFORT, world.clock[0].day, main, arm.effort_at, row, best)
    arm.main_effort = main
    if claims == 0:
        return
    left = max(0.0, arm.sorties_per_day - arm.sorties_for_full_support)
    for other in range(world.formations.shape[0]):
        if world.formations[other].assault != NOBODY and claim_on(world, row, other) > 0.0:
            sorties = arm.sorties_per_day if other == main else left / max(1.0, claims - 1.0)
            support(world, row, other, sorties)


@compiled
def claim_on(world, row, other):
    """Return the claim on an air arm of a formation in an assault: its command's interest, less while it prepares.

    It has none where the arm's own side does not fight who holds the place.
    """
    unit, arm = world.formations[other], world.air_arms[row]
    if arm.withdrawn_until_day > world.clock[0].day:
        return 0.0
    if world.air_sides[row, unit.side] == 0:
        return 0.0
    if world.air_places[row, nearest_place(world, other)] == 0 or is_foreign(world, arm.side, unit.assault):
        return 0.0
    weight = 1.0 if unit.posture == Activity.FIGHTING else world.settings[0].commands_support_when_preparing
    return weight * max(interest_in(world, arm.command, unit.assault), interest_in(world, arm.command, unit.objective))


@compiled
def may_fly(world, row, side, place):
    """Return whether an air arm may take part in a side's fight for a place, whose holder its own side has to fight."""
    if world.air_sides[row, side] == 0 or world.air_places[row, place] == 0:
        return False
    return not is_foreign(world, world.air_arms[row].side, place)


@compiled
def support(world, row, other, sorties):
    """Write the support factor that so many sorties a day give a formation; arms do not add up, the best counts."""
    arm, unit = world.air_arms[row], world.formations[other]
    share = min(1.0, sorties / arm.sorties_for_full_support)
    unit.support = max(unit.support, 1.0 + share * (arm.support_factor - 1.0))
    unit.support_share = max(unit.support_share, share)
    if share > 0.0:
        fire(world, Mechanism.AIR_SUPPORT)


@compiled
def recall_support(world):
    """Clear yesterday's support before the day's sorties are allocated."""
    for row in range(world.formations.shape[0]):
        world.formations[row].support = 1.0
        world.formations[row].support_share = 0.0
