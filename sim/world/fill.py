"""The steps that write a scenario's entities into the template of the run block, one function a table."""

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.schema import Effect, Formation, Position
from sim.world.codes import NOBODY, NOT_RECKONED, Activity, OrderKind, Predicate, Stance, Verb
from sim.world.geometry import alliance_sides, longest_reach_km, to_space

if TYPE_CHECKING:
    from sim.world.build import Builder


def fill_clock(builder: "Builder") -> None:
    """Write tick, horizon and the radius of neighbourhoods: the longest reach any rule may draw."""
    clock, model = builder.views["clock"][0], builder.model
    clock.tick_days = model.tick_hours / 24.0
    clock.ticks_per_day = round(24.0 / model.tick_hours)
    clock.horizon_days = float(model.horizon_days)
    clock.near_km = longest_reach_km(model.rules)


def fill_settings(builder: "Builder") -> None:
    """Write every rule setting."""
    for section in type(builder.model.rules).model_fields:
        settings = getattr(builder.model.rules, section)
        for key in type(settings).model_fields:
            if key not in ("source", "confidence", "note"):
                path = f"rules.{section}.{key}"
                builder.number(path, getattr(settings, key), "settings", 0, column=f"{section}_{key}")


def fill_sides(builder: "Builder") -> None:
    """Write sides, their alliances and how each stands to each."""
    sides, stances = builder.views["sides"], builder.views["stances"]
    for alliance in builder.names["alliances"].ids:
        for one in alliance_sides(builder, alliance):
            sides[builder.row("sides", one)].alliance = builder.row("alliances", alliance)
    for row, one in enumerate(builder.names["sides"].ids):
        builder.numbers(f"sides.{one}", builder.model.sides[one], "sides", row)
        alliance = sides["alliance"] == sides[row].alliance
        based = [bool(builder.model.sides[s].bases) for s in np.array(builder.names["sides"].ids)[alliance]]
        sides[row].command = builder.row("commands", builder.model.sides[one].command)
        sides[row].has_bases = any(based)
        stances[row] = np.where(alliance, Stance.ALLIED, Stance.NEUTRAL)
        stances[row, row] = Stance.OWN
    for relation in builder.model.relations:
        a, b = (builder.row("sides", one) for one in relation.between)
        stances[a, b] = stances[b, a] = Stance[relation.stance.upper()]


def fill_commands(builder: "Builder") -> None:
    """Write commands and their interests."""
    builder.views["interests"][:] = -1.0
    for row, one in enumerate(builder.names["commands"].ids):
        command = builder.model.commands[one]
        record = builder.views["commands"][row]
        record.side, record.patron = builder.row("sides", command.side), builder.row("commands", command.patron)
        builder.numbers(f"commands.{one}", command, "commands", row)
        for place, weight in command.interests.items():
            path = f"commands.{one}.interests.{place}"
            builder.number(path, weight, "interests", row, builder.row("places", place))


def fill_places(builder: "Builder") -> None:
    """Write places; -1 stands where the kind's figure holds."""
    watched = watched_places(builder)
    for row, one in enumerate(builder.names["places"].ids):
        place, record = builder.model.places[one], builder.views["places"][row]
        record.x_km, record.y_km, record.z_km = to_space(place.lat, place.lon)
        record.kind, record.country = builder.row("place_kinds", place.kind), builder.row("countries", place.country)
        record.holder = record.start_holder = builder.row("sides", place.holder)
        record.garrison = record.siege = record.claimant = record.lost_by = NOBODY
        record.fortification = record.capacity_men = record.garrison_share = -1.0
        record.raid_km = NOT_RECKONED
        record.watched = one in watched
        builder.numbers(f"places.{one}", place, "places", row)
    for row, one in enumerate(builder.names["place_kinds"].ids):
        builder.numbers(f"place_kinds.{one}", builder.model.place_kinds[one], "place_kinds", row)


def watched_places(builder: "Builder") -> set[str]:
    """Return the places whose arrivals are recorded: objectives, finishes and places of milestones."""
    model = builder.model
    watched = {order.objective for formation in model.formations.values() for order in formation.orders}
    watched |= {place for race in model.races.values() for places in race.finish.values() for place in places}
    for stone in model.milestones.values():
        watched |= set(getattr(stone.held or stone.reached, "places", []))
    return watched


def fill_roads(builder: "Builder") -> None:
    """Write roads; class figures are copied when a run starts, since they may be drawn."""
    for row, one in enumerate(builder.names["roads"].ids):
        road, record = builder.model.roads[one], builder.views["roads"][row]
        record.from_place, record.to_place = builder.row("places", road.from_), builder.row("places", road.to)
        record.road_class = builder.row("road_classes", road.road_class)
        record.bridge_out = road.crosses_river and road.crossing_state != "intact"
        builder.numbers(f"roads.{one}", road, "roads", row)
    for row, one in enumerate(builder.names["road_classes"].ids):
        builder.numbers(f"road_classes.{one}", builder.model.road_classes[one], "road_classes", row)


def fill_garrisons(builder: "Builder") -> None:
    """Write garrison groups and which places they hold with what weight."""
    model_places = builder.model.places
    for row, one in enumerate(builder.names["garrisons"].ids):
        group, record = builder.model.garrisons[one], builder.views["garrisons"][row]
        record.side, record.command = builder.row("sides", group.side), builder.row("commands", group.command)
        record.insurgent, record.start_places = group.insurgent, len(group.places)
        record.places_held = sum(model_places[one].holder == group.side for one in group.places)
        builder.numbers(f"garrisons.{one}", group, "garrisons", row)
        for place in group.places:
            place_row = builder.row("places", place)
            builder.views["places"][place_row].garrison = row
            path = f"garrisons.{one}.weights.{place}"
            builder.number(path, group.weights.get(place), "places", place_row, column="garrison_share")


def fill_formations(builder: "Builder") -> None:
    """Write formations, where they stand, whom they heed and what they are told to do."""
    next_order = 0
    for row, one in enumerate(builder.names["formations"].ids):
        formation, record = builder.model.formations[one], builder.views["formations"][row]
        record.side, record.command = builder.row("sides", formation.side), builder.row("commands", formation.command)
        record.alliance = builder.views["sides"][record.side].alliance
        record.sector, record.contestant = builder.row("sectors", formation.sector), contestant_of(builder, one)
        record.assault = record.defying = record.objective = record.path_target = NOBODY
        record.near_place = record.task = record.line_place = NOBODY
        record.odds_at = record.dared_at = record.beaten_at = record.dropped_task = record.waits_at = NOBODY
        record.ordered = record.cleared_order = NOBODY
        record.posture, record.rear_guard = Activity.HOLDING, formation.rear_guard
        record.may_defy = len(formation.defies) > 0
        builder.numbers(f"formations.{one}", formation, "formations", row)
        place_formation(builder, record, formation)
        for command, share in formation.obedience.items():
            path = f"formations.{one}.obedience.{command}"
            builder.number(path, share, "obedience", row, builder.row("commands", command))
        record.orders_first, record.orders_count = next_order, len(formation.orders)
        for order in formation.orders:
            fill_order(builder, next_order, row, order)
            next_order += 1


def place_formation(builder: "Builder", record: np.record, formation: Formation) -> None:
    """Write where a formation stands at the start: at a place, or km along a road (its far end unless given)."""
    start = formation.start if isinstance(formation.start, Position) else Position(at=formation.start)
    record.at, record.to, record.road = builder.row("places", start.at), builder.row("places", start.towards), NOBODY
    if start.towards is None:
        return
    for road_row, road_id in enumerate(builder.names["roads"].ids):
        road = builder.model.roads[road_id]
        if {road.from_, road.to} == {start.at, start.towards}:
            record.road = road_row
            record.km = (start.km or road.length_km).constant
    record.assault = record.to if formation.assaulting else NOBODY


def contestant_of(builder: "Builder", formation: str) -> int:
    """Return the row of the contestant that a formation runs for, -1 for none."""
    for one, contestant in builder.model.contestants.items():
        if formation in contestant.formations:
            return builder.row("contestants", one)
    return int(NOBODY)


def fill_order(builder: "Builder", row: int, formation: int, order: object) -> None:
    """Write one order."""
    record = builder.views["orders"][row]
    record.formation, record.objective = formation, builder.row("places", order.objective)  # type: ignore[attr-defined]
    record.kind = OrderKind[order.kind.upper()]  # type: ignore[attr-defined]
    record.bypass = order.stance == "bypass"  # type: ignore[attr-defined]
    for key in ("after", "only_if", "unless"):
        record[key] = builder.row("flags", getattr(order, key))
    record.go_if_ally_holds = order.if_ally_holds == "go"  # type: ignore[attr-defined]
    record.wait_if_rival_holds = order.if_rival_holds == "wait"  # type: ignore[attr-defined]


def fill_air_arms(builder: "Builder") -> None:
    """Write air arms."""
    for row, one in enumerate(builder.names["air_arms"].ids):
        arm, record = builder.model.air_arms[one], builder.views["air_arms"][row]
        record.side, record.command = builder.row("sides", arm.side), builder.row("commands", arm.command)
        record.main_effort = record.effort_at = record.promised_to = NOBODY
        builder.numbers(f"air_arms.{one}", arm, "air_arms", row)


def fill_zones(builder: "Builder") -> None:
    """Write zones."""
    for row, one in enumerate(builder.names["zones"].ids):
        zone, record = builder.model.zones[one], builder.views["zones"][row]
        record.circle = zone.shape == "circle"
        if record.circle:
            record.x_km, record.y_km, record.z_km = to_space(zone.centre_lat or 0.0, zone.centre_lon or 0.0)
        record.enforcer = builder.row("commands", zone.enforcer)
        record.lifted_by = builder.row("flags", zone.lifted_by)
        builder.numbers(f"zones.{one}", zone, "zones", row)


def fill_tensions(builder: "Builder") -> None:
    """Write tensions and channels: each between two commands."""
    for table, entries in (("tensions", builder.model.tensions), ("channels", builder.model.channels)):
        for row, one in enumerate(builder.names[table].ids):
            record = builder.views[table][row]
            record.command_a, record.command_b = (builder.row("commands", c) for c in entries[one].between)
            builder.numbers(f"{table}.{one}", entries[one], table, row)


def fill_events(builder: "Builder") -> None:
    """Write events, each with its flag and its effects."""
    next_effect = 0
    for row, one in enumerate(builder.names["events"].ids):
        event, record = builder.model.events[one], builder.views["events"][row]
        record.flag, record.after = builder.row("flags", one), builder.row("flags", event.after)
        record.unless = builder.row("flags", event.unless)
        record.hazard_times_when = builder.row("flags", event.hazard_times_when)
        record.has_day, record.has_hazard = event.day is not None, event.hazard_per_day is not None
        record.due_day = math.inf
        builder.numbers(f"events.{one}", event, "events", row)
        record.effects_first, record.effects_count = next_effect, len(event.effects)
        for index, effect in enumerate(event.effects):
            fill_effect(builder, next_effect, f"events.{one}.effects.{index}", effect)
            next_effect += 1


def fill_effect(builder: "Builder", row: int, path: str, effect: Effect) -> None:
    """Write one effect: verb, target and amount."""
    record = builder.views["effects"][row]
    for verb, table, key in (
        ("reinforce", "formations", "men"), ("resize", "formations", "keep_share"), ("remove", "formations", None),
        ("suspend", "channels", None), ("restore", "channels", None), ("tension", "tensions", "jump"),
        ("fall", "sieges", None),
    ):  # fmt: skip
        if getattr(effect, verb) is not None:
            record.verb, record.target = Verb[verb.upper()], builder.row(table, getattr(effect, verb))
            if key:
                builder.number(f"{path}.{key}", getattr(effect, key), "effects", row, column="amount")
    if effect.relation is not None:
        record.verb, record.stance = Verb.RELATION, Stance[effect.relation.stance.upper()]
        record.side_a, record.side_b = (builder.row("sides", one) for one in effect.relation.between)


def fill_milestones(builder: "Builder") -> None:
    """Write milestones: flag, predicate and target; the lists are constants."""
    for row, one in enumerate(builder.names["milestones"].ids):
        stone, record = builder.model.milestones[one], builder.views["milestones"][row]
        record.flag, record.target = builder.row("flags", one), NOBODY
        for predicate in Predicate:
            if getattr(stone, predicate.name.lower()) is not None:
                record.predicate = predicate
        if stone.held is not None:
            record.at_least = stone.held.at_least or len(stone.held.places)
        if stone.near is not None:
            builder.views["clock"][0].asks_near = 1
            record.target = builder.row("places", stone.near.place)
            builder.number(
                f"milestones.{one}.near.within_km", stone.near.within_km, "milestones", row, column="within_km"
            )
        if stone.relieved or stone.fallen:
            record.target = builder.row("sieges", stone.relieved or stone.fallen)


def fill_sieges(builder: "Builder") -> None:
    """Write sieges and mark the places inside."""
    for row, one in enumerate(builder.names["sieges"].ids):
        siege = builder.model.sieges[one]
        builder.views["sieges"][row].besieger = builder.row("sides", siege.besieger)
        builder.numbers(f"sieges.{one}", siege, "sieges", row)
        for place in siege.places:
            builder.views["places"][builder.row("places", place)].siege = row


def fill_races(builder: "Builder") -> None:
    """Write contestants and empty finishes."""
    for row, one in enumerate(builder.names["contestants"].ids):
        builder.views["contestants"][row].side = builder.row("sides", builder.model.contestants[one].side)
    for finish in builder.views["finishes"]:
        finish.day, finish.formation = math.inf, NOBODY
    for flag in builder.views["flags"]:
        flag.day = math.inf


STEPS = (
    fill_clock, fill_settings, fill_sides, fill_commands, fill_places, fill_roads, fill_garrisons, fill_formations,
    fill_air_arms, fill_zones, fill_tensions, fill_events, fill_milestones, fill_sieges, fill_races,
)  # fmt: skip
