"""Events: dated and conditional changes, certain or with a probability; once happened, an event's flag is up.

An event waits for its `after` flag, if any; then either its day comes (with a delay), or its hazard accumulates to a
drawn threshold. Then it happens with its probability, or never.
"""

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, exponential, uniform
from sim.records import fire, note
from sim.rules.assault import row_of
from sim.rules.changes import everything_changed
from sim.rules.movement import leave_the_map
from sim.rules.siege import fall
from sim.rules.tension import raise_by, reopen, suspend
from sim.world.codes import NOBODY, Activity, EventState, LogKind, Mechanism, SiegeState, Verb


@compiled
def events(world):
    """Let the events of this tick happen; their flags go up before anything else in the tick."""
    for row in range(world.events.shape[0]):
        event = world.events[row]
        if event.state == EventState.PENDING:
            arm(world, event)
        if event.state == EventState.DUE:
            wait(world, row, event)


@compiled
def arm(world, event):
    """Make an event due once its condition holds, and set its day where it has one."""
    clock = world.clock[0]
    since = 0.0
    if event.after != NOBODY:
        if world.flags[event.after].up == 0:
            return
        since = world.flags[event.after].day
    event.state = EventState.DUE
    if event.has_hazard == 0:
        event.due_day = max(event.day, since) if event.has_day == 1 else since
        event.due_day += event.delay_days
    else:
        event.threshold = exponential(clock, Purpose.EVENT_HAZARD, event.draw_key, NO_ID, 0, 1.0)


@compiled
def wait(world, row, event):
    """Let a due event happen when its day has come or its hazard is spent."""
    clock = world.clock[0]
    if event.unless != NOBODY and world.flags[event.unless].up == 1:
        event.state = EventState.OFF
        return
    if event.has_hazard == 1:
        rate = event.hazard_per_day
        if event.hazard_times_when != NOBODY and world.flags[event.hazard_times_when].up == 1:
            rate *= event.hazard_times
        event.hazard += rate * clock.tick_days
        if event.hazard < event.threshold:
            return
        event.due_day = clock.day
    if event.due_day > clock.day:
        return
    if uniform(clock, Purpose.EVENT_HAPPENS, event.draw_key, NO_ID, 0) < event.probability:
        happen(world, row, event)
    else:
        event.state = EventState.OFF


@compiled
def happen(world, row, event):
    """Raise an event's flag and carry its effects out."""
    clock = world.clock[0]
    event.state = EventState.HAPPENED
    world.flags[event.flag].up = 1
    world.flags[event.flag].day = clock.day
    clock.flag_version += 1
    fire(world, Mechanism.EVENT)
    note(world, LogKind.EVENT, clock.day, row, NOBODY, NOBODY, 0.0)
    for index in range(event.effects_first, event.effects_first + event.effects_count):
        apply(world, world.effects[index])


@compiled
def add_men(world, row, men, full_men):
    """Add men to a formation, and to its full strength; in a fight they are no losses and count from its start."""
    unit = world.formations[row]
    unit.strength_men += men
    unit.full_strength_men += full_men
    if unit.assault != NOBODY:
        world.assaults[row_of(world, unit.assault, unit.alliance)].attackers_start_men += men


@compiled
def apply(world, effect):
    """Carry one effect out."""
    day = world.clock[0].day
    if effect.verb == Verb.REINFORCE:
        if world.formations[effect.target].posture != Activity.LOST:
            add_men(world, effect.target, effect.amount, effect.amount)
            note(world, LogKind.REPLENISHED, day, effect.target, NOBODY, NOBODY, effect.amount)
    elif effect.verb == Verb.RESIZE:
        unit, share = world.formations[effect.target], effect.amount - 1.0
        add_men(world, effect.target, share * unit.strength_men, share * unit.full_strength_men)
        unit.start_men *= effect.amount
    elif effect.verb == Verb.REMOVE:
        unit = world.formations[effect.target]
        add_men(world, effect.target, -unit.strength_men, 0.0)
        leave_the_map(world, effect.target, day)
    elif effect.verb == Verb.RELATION:
        world.stances[effect.side_a, effect.side_b] = effect.stance
        world.stances[effect.side_b, effect.side_a] = effect.stance
        everything_changed(world)
    elif effect.verb == Verb.SUSPEND and world.channels[effect.target].open == 1:
        suspend(world, effect.target, day)
    elif effect.verb == Verb.RESTORE and world.channels[effect.target].open == 0:
        reopen(world, effect.target, day)
    elif effect.verb == Verb.TENSION:
        raise_by(world.tensions, effect.target, effect.amount)
    elif effect.verb == Verb.FALL and world.sieges[effect.target].state == SiegeState.ON:
        fall(world, effect.target, day)
