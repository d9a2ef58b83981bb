"""The siege: a ring to be beaten, defenders who waste away, and a garrison that may fall before relief.

MODEL rule 10. The hazard of falling rises as the defenders' strength (men x quality) sinks, and falls with the ring;
figures and sources in `sieges` and `rules.siege`.
"""

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, exponential
from sim.records import fire, note
from sim.rules.changes import everything_changed
from sim.rules.control import change_hands, note_loss
from sim.rules.movement import knock_out
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, SiegeState


@compiled
def siege(world):
    """Carry every siege that is still on through one tick."""
    for row in range(world.sieges.shape[0]):
        if world.sieges[row].state == SiegeState.ON:
            thin_ring(world, row)
            hold_out(world, row)


@compiled
def besiegers(world, row):
    """Return the besieger's men in the places that man the ring, and their mean quality."""
    men, power = 0.0, 0.0
    for place in world.ring_places[row]:
        if place != NOBODY and world.places[place].holder == world.sieges[row].besieger:
            here = world.places[place]
            men += here.garrison_men
            power += here.garrison_men * here.garrison_quality
    return men, (power / men if men > 0.0 else 1.0)


@compiled
def thin_ring(world, row):
    """Keep the ring no stronger than its share of the besiegers still in place; with them gone it is lifted."""
    record = world.sieges[row]
    men, _ = besiegers(world, row)
    record.ring_men = min(record.ring_men, record.ring_share * men)
    if record.ring_men < 1.0:
        lift(world, row, NOBODY, NOBODY, world.clock[0].day)


@compiled
def lift(world, row, actor, place, day):
    """Lift a siege: its places are open ground of their holder. `actor`, `place`: who beat the ring where, or -1."""
    record = world.sieges[row]
    record.state = SiegeState.RELIEVED
    record.ring_men = 0.0
    record.lifted_day = day
    everything_changed(world)
    fire(world, Mechanism.SIEGE_RELIEVED)
    note(world, LogKind.SIEGE_RELIEVED, day, actor, place, row, 0.0)


@compiled
def is_inside(world, other, row):
    """Return whether a formation stands in a besieged place."""
    unit = world.formations[other]
    return unit.to == NOBODY and unit.posture != Activity.LOST and world.places[unit.at].siege == row


@compiled
def wear_down(world, row, share):
    """Take a share from the garrisons of the besieged places and the formations there; return the strength left."""
    strength = 0.0
    for place in world.besieged_places[row]:
        if place != NOBODY:
            here = world.places[place]
            here.garrison_men *= 1.0 - share
            strength += here.garrison_men * here.garrison_quality
    for other in range(world.formations.shape[0]):
        if is_inside(world, other, row):
            unit = world.formations[other]
            unit.strength_men *= 1.0 - share
            strength += unit.strength_men * unit.quality
    return strength


@compiled
def hold_out(world, row):
    """Wear the defenders down and accumulate the hazard of their fall."""
    record, clock, settings = world.sieges[row], world.clock[0], world.settings[0]
    strength = max(wear_down(world, row, min(1.0, record.strength_loss_per_day * clock.tick_days)), 1.0)
    if record.threshold <= 0.0:
        record.threshold = exponential(clock, Purpose.SIEGE_FALLS, record.draw_key, NO_ID, 0, 1.0)
    weakness = (record.reference_strength / strength) ** settings.siege_falls_exponent
    pressure = (record.ring_men / record.ring_start_men) ** settings.siege_besiegers_exponent
    record.hazard += record.falls_per_day * weakness * pressure * clock.tick_days
    if record.hazard >= record.threshold:
        fall(world, row, clock.day + clock.tick_days)


@compiled
def fall(world, row, day):
    """The garrison falls: its places go to the besieger, held by the men of the ring; formations inside are lost."""
    record = world.sieges[row]
    record.state = SiegeState.FALLEN
    fire(world, Mechanism.SIEGE_FELL)
    note(world, LogKind.SIEGE_FELL, day, NOBODY, NOBODY, row, record.ring_men)
    places = 0
    for place in world.besieged_places[row]:
        if place != NOBODY:
            places += 1
    for other in range(world.formations.shape[0]):
        if is_inside(world, other, row):
            knock_out(world, other, day)
    for alliance in range(world.alliances.shape[0]):
        world.alliances[alliance].bases_fresh = 0
    for place in world.besieged_places[row]:
        if place != NOBODY:
            world.places[place].garrison_men = record.ring_men / places
            world.places[place].garrison_quality = record.ring_quality
            note_loss(world, place, world.places[place].holder)
            change_hands(world, place, record.besieger, NOBODY, world.places[place].garrison, day)
