"""The World: everything a run reads and writes, as arrays that compiled rules and Mesa agents share."""

from typing import NamedTuple

import numpy as np


class World(NamedTuple):
    """One run's state beside the scenario's constants.

    Shapes: N places, E roads, F formations, C commands, S sides, A alliances, Z zones, M milestones, R races,
    T contestants. Tables are one-dimensional arrays of records (see `sim.world.tables`); row order is that of the
    draw keys of the ids, so the order of a scenario's rows and lists never matters.
    """

    # what a run changes: views on one block of memory
    clock: np.ndarray
    settings: np.ndarray
    sides: np.ndarray
    alliances: np.ndarray
    commands: np.ndarray
    formations: np.ndarray
    orders: np.ndarray
    flags: np.ndarray
    places: np.ndarray
    roads: np.ndarray
    road_classes: np.ndarray
    place_kinds: np.ndarray
    assaults: np.ndarray  # row = place x A + alliance
    garrisons: np.ndarray
    air_arms: np.ndarray
    zones: np.ndarray
    tensions: np.ndarray
    channels: np.ndarray
    events: np.ndarray
    effects: np.ndarray
    milestones: np.ndarray
    sieges: np.ndarray
    contestants: np.ndarray
    finishes: np.ndarray  # row = race x T + contestant
    stances: np.ndarray  # int64 S x S, Stance codes
    interests: np.ndarray  # float64 C x N, -1 where the command's default applies
    obedience: np.ndarray  # float64 F x C
    lines: np.ndarray  # row = formation x A + alliance
    insurgent_held: np.ndarray  # int64 N, 1 where an insurgent garrison holds a place of its own side
    idle_until_day: np.ndarray  # float64 N: the day until which an insurgent garrison has nothing to do
    raided_from: np.ndarray  # int64 N, 1 where a raid has come from
    expected_rates: np.ndarray  # float64 F x road classes: advance averaged over pushes and pauses, km a day
    days: np.ndarray  # float64 F x activities
    fired: np.ndarray  # int64, one counter a mechanism
    # the scenario's constants
    arc_starts: np.ndarray  # int64 N + 1: compressed sparse rows of the road network
    arc_places: np.ndarray  # int64 2E: the other end
    arc_roads: np.ndarray  # int64 2E: the road's row
    near_starts: np.ndarray  # int64 N + 1: the other places within clock.near_km of each place
    near_places: np.ndarray
    near_km: np.ndarray
    may_enter: np.ndarray  # int64 S x countries
    in_sector: np.ndarray  # int64 sectors x N
    in_zone: np.ndarray  # int64 Z x N
    zone_sides: np.ndarray  # int64 Z x S
    zone_askers: np.ndarray  # int64 Z x C: commands that ask formations to keep out
    defies: np.ndarray  # int64 F x Z: zones a formation may try
    alliance_starts: np.ndarray  # int64 A + 1: where each alliance's formations begin in `alliance_units`
    alliance_units: np.ndarray  # int64 F: rows
    command_starts: np.ndarray  # int64 C + 1: where each command's formations begin in `command_units`
    command_units: np.ndarray  # int64 F: rows
    air_sides: np.ndarray  # int64 air arms x S
    air_places: np.ndarray  # int64 air arms x N
    ring_places: np.ndarray  # int64 sieges x longest list + 1: rows of the places that man the ring, then -1
    besieged_places: np.ndarray  # the same for the places inside
    base_places: np.ndarray  # int64 A x longest list + 1: rows of the places, then -1
    milestone_places: np.ndarray  # int64 M x longest list + 1: rows of places, then -1
    milestone_ends: np.ndarray  # the same for the other ends of a connection
    milestone_sides: np.ndarray  # int64 M x S
    milestone_formations: np.ndarray  # int64 M x F
    finish_places: np.ndarray  # int64 R*T x N
    # work space and records, never copied
    paths: np.ndarray  # int64 F x (N + 1)
    looked_at: np.ndarray  # int64 F x N, 1 where the search for a formation's present way looked
    node_days: np.ndarray  # float64 N
    node_from: np.ndarray  # int64 N
    node_fight: np.ndarray  # float64 N
    node_left: np.ndarray  # float64 N
    road_km: np.ndarray  # float64 N: km from where `measure_roads` set out
    sought: np.ndarray  # int64 N: above `searches` where allies of who looks for a task fight or are going
    searches: np.ndarray  # int64 1
    cut_roads: np.ndarray  # int64 E: the rows of the roads that are cut, ascending, `clock.cuts` of them
    heap_days: np.ndarray  # float64 2E + 1: a binary heap of places to look at, and where each is in all
    heap_places: np.ndarray  # int64 2E + 1
    base_km: np.ndarray  # float64 A x N: road km to the nearest base
    incidents: np.ndarray
    arrivals: np.ndarray
    log: np.ndarray


RUN_FIELDS = World._fields[: World._fields.index("arc_starts")]
