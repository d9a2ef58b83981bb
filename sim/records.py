"""What a run leaves behind while it runs: incidents, arrivals, the event log and the counters of what fired."""

from sim.compiled import compiled
from sim.world.codes import NOBODY, LogKind


@compiled
def fire(world, mechanism):
    """Count one firing of a mechanism (a member of Mechanism)."""
    world.fired[mechanism] += 1


@compiled
def note(world, kind, day, actor, place, other, value):
    """Append a row to the event log, if this run keeps one.

    `kind`: LogKind; `day`: days since the start; `actor`, `place`, `other`: rows whose meaning the kind gives.
    A full log raises the clock's overflow flag, and the run is repeated with more room.
    """
    clock = world.clock[0]
    if clock.logging == 0:
        return
    if clock.log_rows >= world.log.shape[0]:
        clock.overflow = 1
        return
    row = world.log[clock.log_rows]
    row.day = day
    row.value = value
    row.kind = kind
    row.actor = actor
    row.place = place
    row.other = other
    clock.log_rows += 1


@compiled
def note_wait(world, row, place, reason, day):
    """Let a formation wait for a reason, and append that to the event log unless it was the last one noted."""
    unit = world.formations[row]
    unit.reason = reason
    if unit.last_reason != reason:
        unit.last_reason = reason
        note(world, LogKind.WAITS, day, row, place, reason, 0.0)


@compiled
def add_incident(world, kind, cause, day, place, formation, side, other_formation, other_place, other_side):
    """Append one incident: formation against another formation (or a held place) of a rival side.

    `side`, `other_side`: whose weapons met: the formations' own, or those of aircraft over them.
    """
    clock = world.clock[0]
    if clock.incidents >= world.incidents.shape[0]:
        clock.overflow = 1
        return
    row = world.incidents[clock.incidents]
    row.day = day
    row.place = place
    row.formation = formation
    row.side = side
    row.other_formation = other_formation
    row.other_place = other_place if other_formation == NOBODY else NOBODY
    row.other_side = other_side
    row.kind = kind
    row.cause = cause
    clock.incidents += 1


@compiled
def add_arrival(world, day, formation, place, how):
    """Append one arrival of a formation at a watched place."""
    clock = world.clock[0]
    if clock.arrivals >= world.arrivals.shape[0]:
        clock.overflow = 1
        return
    row = world.arrivals[clock.arrivals]
    row.day = day
    row.formation = formation
    row.place = place
    row.how = how
    clock.arrivals += 1
