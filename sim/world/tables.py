"""The world's tables: one row an entity, every field eight bytes, all of one run in one block of memory.

Fields are float64, int64 (row numbers, codes and flags) or uint64 (draw keys). A table is a plain array whose items
are records, so that `world.formations[row].strength_men` reads the same compiled and in plain Python. Because every
field is eight bytes, all that a run changes lies in one flat float64 block: a run starts by copying the template and
writing each drawn assumption to its slot.
"""

import numpy as np

from sim.scenario.rule_settings import Rules

LINE_WORDS = 8  # eight-byte words in a line of a processor's cache


def record(floats: str, integers: str = "", keys: str = "draw_key", first: str = "") -> np.dtype:
    """Return a record dtype of eight-byte fields from lists of names.

    `first` names those that are looked at most, in the order in which phases read them: lying together, they cost fewer
    cache lines in a walk over the table. Records of more than one line take whole lines.
    """
    fields: list[tuple[str, type]] = [(name, np.float64) for name in floats.split()]
    fields += [(name, np.int64) for name in integers.split()]
    fields += [(name, np.uint64) for name in keys.split()]
    ranks = {name: rank for rank, name in enumerate(first.split())}
    fields.sort(key=lambda field: ranks.get(field[0], len(ranks)))
    if len(fields) > LINE_WORDS:
        fields += [(f"spare_{index}", np.float64) for index in range(-len(fields) % LINE_WORDS)]
    return np.dtype((np.record, np.dtype(fields)))


def settings_fields() -> str:
    """Return the names `<section>_<setting>` of every rule setting, derived from the schema."""
    names = []
    for section, field in Rules.model_fields.items():
        settings = field.annotation.model_fields  # type: ignore[union-attr]
        names += [f"{section}_{name}" for name in settings if name not in ("source", "confidence", "note")]
    return " ".join(names)


CLOCK = record(
    "day tick_days horizon_days near_km next_reopening_day least_detour paired_reach_km log_reference_men",
    "tick ticks_per_day control_version holder_version incidents arrivals log_rows overflow logging "
    "cuts retaken look_at_cuts stand_version flag_version moved_version milestone_stands milestone_holders "
    "milestone_control milestone_moves paired_version unsettled asks_near left_to_ally",
    "key_low key_high",
)
SETTINGS = record(settings_fields(), keys="")
SIDE = record("push_rate_km_per_day", "alliance has_bases command")
ALLIANCE = record("", "ground_version won_version bases_fresh")
COMMAND = record("restraint default_interest", "side patron")
FORMATION = record(
    "km x_km y_km z_km strength_men start_men full_strength_men quality tempo supply_days air_supply_days_per_day "
    "base_km cycle_until_day halt_until_day arrived_day support support_share contact_range_km contact_hazard "
    "contact_threshold line_hazard line_threshold try_hazard try_threshold try_factor rung_day refill_days_per_day "
    "rival_km task_until_day dropped_until_day odds_since_day dared_odds beaten_odds "
    "near_km near_range_km near_x_km near_y_km near_z_km placed_km restraint",
    "side alliance command contestant at came_from to road turning_back posture reason sector orders_first "
    "orders_count order objective pushing cycles halt_reason path_position path_length path_fresh path_target "
    "assault may_defy defying rung tries strikes stops refits incidents lines line_asks "
    "arrived_how arrival_open finish_open cut_off last_reason task duty free rear_guard calm rival "
    "near_place near_fresh near_moves moves paired_moves line_place line_version claims placed_at placed_to "
    "ordered ordered_reason ordered_version ordered_at ordered_to ordered_open odds_at dared_at beaten_at "
    "beaten_times dropped_task waits_at pauses captures is_told stay_told cleared_order rungs",
    first="side alliance posture to at assault halt_until_day rival "
    "x_km y_km z_km km placed_at placed_to placed_km may_defy "
    "reason objective path_target path_fresh path_length path_position turning_back halt_reason "
    "ordered ordered_reason ordered_version ordered_at ordered_to ordered_open task duty free "
    "rear_guard cut_off calm claims arrival_open finish_open command road "
    "supply_days refill_days_per_day air_supply_days_per_day line_version line_place strength_men full_strength_men "
    "quality "
    "near_fresh near_place moves paired_moves near_moves near_km near_range_km near_x_km near_y_km near_z_km "
    "contact_range_km rival_km restraint defying arrived_day contact_hazard contact_threshold line_hazard "
    "line_threshold",
)
ORDER = record("", "formation objective kind bypass after only_if unless go_if_ally_holds wait_if_rival_holds", "")
FLAG = record("day", "up")
PLACE = record(
    "x_km y_km z_km garrison_men garrison_start_men garrison_share garrison_quality fortification breakpoint_share "
    "preparation_days consolidation_days frontage_men capacity_men clear_days leave_factor claim_day "
    "raid_km raid_hazard raid_threshold raids_per_day raid_active_days "
    "reinforcement_hazard reinforcement_threshold assaulted_men reinforced_men block_men counter_day alert_until_day",
    "kind country holder start_holder garrison siege claimant assaults raids reinforcements counters "
    "watched standing retaken lost_by fights cut_roads",
    first="holder garrison garrison_men siege standing cut_roads retaken fights "
    "x_km y_km z_km raid_hazard raid_threshold raids_per_day raid_active_days alert_until_day country raid_km "
    "claimant claim_day",
)
ROAD = record(
    "length_km march_km_per_day advance_factor cut_until_day bridged_day",
    "from_place to_place road_class cut cuts bridge_out",
    first="from_place to_place length_km cut march_km_per_day advance_factor bridge_out road_class",
)
ROAD_CLASS = record("march_km_per_day advance_factor")
PLACE_KIND = record(
    "fortification breakpoint_share preparation_days consolidation_days frontage_men capacity_men garrison_weight "
    "leave_factor"
)
LINE = record("own_x_km own_y_km own_z_km x_km y_km z_km", "agreed", "")
ASSAULT = record("opened_day ready_day attackers_start_men defenders_start_men", "state number", "")
GARRISON = record("strength_men quality strength active_days", "side command insurgent start_places places_held")
AIR_ARM = record(
    "sorties_per_day sorties_for_full_support support_factor withdrawn_until_day",
    "side command main_effort effort_at promised_to",
)
ZONE = record("x_km y_km z_km radius_km", "circle enforcer lifted_by lifted")
TENSION = record("level jump half_life_days kept_per_tick", "command_a command_b")
CHANNEL = record(
    "working restored_per_day suspended_by_strike_probability hazard threshold",
    "command_a command_b open suspensions restorations",
)
EVENT = record(
    "day delay_days hazard_per_day hazard_times probability due_day hazard threshold",
    "flag after unless hazard_times_when state effects_first effects_count has_day has_hazard",
)
EFFECT = record("amount", "verb target side_a side_b stance", "")
MILESTONE = record("within_km", "flag predicate target at_least won_seen")
SIEGE = record(
    "ring_share falls_per_day strength_loss_per_day ring_men ring_start_men ring_quality reference_strength hazard "
    "threshold lifted_day",
    "besieger state",
)
CONTESTANT = record("", "side")
FINISH = record("day", "formation", "")

INCIDENT_ROW = np.dtype(
    (
        np.record,
        np.dtype(
            [("day", np.float64)]
            + [(n, np.int64) for n in "place formation side other_formation other_place other_side kind cause".split()]
        ),
    )
)
ARRIVAL_ROW = np.dtype(
    (np.record, np.dtype([("day", np.float64)] + [(n, np.int64) for n in "formation place how".split()]))
)
LOG_ROW = np.dtype(
    (
        np.record,
        np.dtype(
            [("day", np.float64), ("value", np.float64)] + [(n, np.int64) for n in "kind actor place other".split()]
        ),
    )
)
