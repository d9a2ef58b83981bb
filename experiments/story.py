"""The story of one run: its event log in sentences, told in the past tense, which suits every name.

A name may be of one unit or of many ("M20 column", "Tiger Forces"): no verb here depends on which.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.nothing_to_do import DONE, why_nothing_to_do
from experiments.standing import ring_at, ring_name, standing, why_waiting
from experiments.wording import span
from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario
from sim.world.codes import Activity, Errand, IncidentKind, LogKind, Reason, SiegeState, Stance
from sim.world.world import World

RUNGS = ("got a call on the channel", "met a show of force", "met warning shots", "came under a strike")
INCIDENTS = {
    IncidentKind.WARNING: "a warning between {actor} and {other}",
    IncidentKind.TURN_BACK: "{actor} turned back before {other}",
    IncidentKind.STRIKE: "an air strike between {actor} and {other}",
    IncidentKind.SHELLING: "shelling between {actor} and {other}",
    IncidentKind.SHOOT_DOWN: "an aircraft was shot down over {actor} and {other}",
    IncidentKind.GROUND_CLASH: "a clash on the ground between {actor} and {other}",
}
WAITS = {
    Reason.SUPPLY: "ran short of supply and waited",
    Reason.NO_WAY: "found no way to {place} and waited",
    Reason.RESPECTS_ZONE: "waited for now rather than enter closed ground on the way to {place}",
    Reason.KEEPS_LINE: "kept to the line agreed before {place} for now ({span})",
    Reason.ODDS: "held off from {place}, reckoning to last {value:.2f} times as long as its defenders",
    Reason.ALLIES: "waited before {place} for allies on the road to it",
    Reason.NO_BETTER: "held off from {place}: to last {value:.2f} times as long is little more than when beaten there",
    Reason.DEFENDS: "stayed to defend {place}",
    Reason.REFITS: "went back to {place} to refit ({span})",
    Reason.WAITS_FOR_FLAG: "waited at {place} for the word to go",
    Reason.CONSOLIDATES: "stayed at {place} for {span} to consolidate",
    Reason.AWAITS_COUNTER: "stayed at {place} in case of a counter-attack ({span})",
    Reason.TURNED_BACK: "halted near {place} after that ({span})",
    Reason.CLASH: "halted near {place} after the clash ({span})",
    Reason.BRIDGES: "began to bridge the crossing at {place} ({span})",
}
ERRANDS = {
    Errand.REOPEN: "reopen the road at {place}",
    Errand.RETAKE: "retake {place}",
    Errand.CLEAR: "clear {place}",
    Errand.HELP: "help at {place}",
}
LONG_DAYS = 1.0
SENTENCES = {
    LogKind.ORDER_DROPPED: "{actor} gave up on {place}: a rival held it.",
    LogKind.SETS_OUT: "{actor} set out from {place} for {other} ({value:.0f} km).",
    LogKind.AT_GATE: "{actor} came before {target}, held by {value:,.0f} men, and prepared to attack.",
    LogKind.WITHDREW: "{value:,.0f} men withdrew from {place} to {other}.",
    LogKind.PAUSE: "{actor} paused at {place} between pushes, for {span}.",
    LogKind.STAYS_BEHIND: "{value:,.0f} men stayed behind to hold {place}.",
    LogKind.REPLENISHED: "{actor} got {value:,.0f} more men.",
    LogKind.BYPASSES: "{actor} had to go on from {other}, not back to {place}.",
    LogKind.PUSH: "{actor} broke the halt off, for {place}.",
    LogKind.REINFORCED: "{value:,.0f} men came from {other} to {place}.",
    LogKind.RAID_RETAKE: "The raiders took {place} with {value:,.0f} men.",
    LogKind.COUNTER_RETAKE: "The attackers retook {place} with {value:,.0f} men.",
    LogKind.LINE_AGREED: "{actor} and the rivals there agreed on a line near {place}.",
    LogKind.LINE_BROKEN: "{actor} moved on, and the line agreed near {place} was void.",
    LogKind.ZONE_STOP: "{actor} gave up the attempt near {place}.",
    LogKind.LOST: "That was the end of {actor}, near {place}: lost or dispersed.",
    LogKind.LEAVES: "{actor} left {place} for good.",
    LogKind.JOINS: "{actor} joined the assault on {target} with {value:,.0f} men.",
}


class Names:
    """Names the rows of a world's tables, formations and sides without what stands in brackets."""

    def __init__(self, scenario: Scenario, ensemble: Ensemble) -> None:
        """Keep what is needed to name things."""
        self.model, self.names = scenario.model, ensemble.blueprint.names
        self.formations = shortened([self.model.formations[one].name for one in self.names["formations"].ids])
        self.sides = shortened([self.model.sides[one].name for one in self.names["sides"].ids])

    def place(self, row: int) -> str:
        """Return a place's name."""
        return self.model.places[self.names["places"].ids[row]].name if row >= 0 else "open ground"

    def formation(self, row: int) -> str:
        """Return a formation's name."""
        return self.formations[row] if row >= 0 else ""

    def title(self, table: str, row: int) -> str:
        """Return the title (or name) of an entry of a table of the scenario."""
        entry = getattr(self.model, table)[self.names[table].ids[row]]
        return getattr(entry, "title", "") or getattr(entry, "name", "") or self.names[table].ids[row]

    def between(self, row: int) -> str:
        """Return the two ends of a channel."""
        ends = self.model.channels[self.names["channels"].ids[row]].between
        return " - ".join(self.model.commands[one].name for one in ends)


def shortened(names: list[str]) -> list[str]:
    """Return names without what stands in brackets at their ends, unless two would then be the same."""
    short = [one.split(" (")[0] for one in names]
    return [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]


def short_pauses(log: Any) -> set[int]:
    """Return the rows of pauses that were broken off on the day they began, and of their ends: not worth a line."""
    begun: dict[int, int] = {}
    dropped: set[int] = set()
    for index in np.flatnonzero((log["kind"] == LogKind.PAUSE) | (log["kind"] == LogKind.PUSH)):
        actor = int(log[index]["actor"])
        pause = begun.pop(actor, -1)
        if log[index]["kind"] == LogKind.PAUSE:
            begun[actor] = int(index)
        elif pause >= 0 and log[index]["day"] - log[pause]["day"] < 1.0:
            dropped |= {pause, int(index)}
    return dropped


class Story(Names):
    """Watches a world day by day (`look`) and tells, when it is finished, its event log and what went on for long."""

    def __init__(self, scenario: Scenario, ensemble: Ensemble, world: World) -> None:
        """Keep where everybody stands and who holds what on day 0."""
        super().__init__(scenario, ensemble)
        self.handle, self.world = ensemble.handle, world
        units = world.formations
        self.stands_at = np.where(units["to"] >= 0, -1, units["at"])
        self.holders, self.sieges_on = world.places["holder"].copy(), world.sieges["state"] == SiegeState.ON
        self.abandoned: set[int] = set()
        self.first_days: dict[int, float] = {}  # of each race, the day of its first finish
        self.reports: list[tuple[float, str]] = []
        self.idle: dict[tuple[int, int], str] = {}  # why who had nothing left to do stayed, by formation and day
        self.looked_at = 0

    def look(self) -> None:
        """Note the fights and sieges that have gone on for long, as they stand on this day, and who is idle and why."""
        self.reports += standing(self, self.handle, self.world)
        rows = int(self.world.clock[0].log_rows)
        for row in self.world.log[self.looked_at : rows]:
            if row["kind"] == LogKind.ORDER_DONE:
                actor = int(row["actor"])
                why = why_nothing_to_do(self, self.handle, self.world, actor)
                self.idle[actor, int(row["day"])] = why
        self.looked_at = rows

    def days(self) -> list[tuple[float, str]]:
        """Return (day, sentence) in order of time; what happened at one time stays in order of cause."""
        log, told = self.world.log[: self.world.clock[0].log_rows], list(self.reports)
        for row in log[log["kind"] == LogKind.FINISH]:
            race, day = int(row["other"]), float(row["day"])
            self.first_days[race] = min(day, self.first_days.get(race, day))
        dropped = short_pauses(log)
        for index, (row, following) in enumerate(zip(log, [*log[1:], None][: len(log)], strict=True)):
            sentence = self.sentence(row, following)
            self.follow(row)
            if sentence and index not in dropped:
                told.append((float(row["day"]), sentence))
        return sorted(told, key=lambda one: one[0])

    def follow(self, row: Any) -> None:
        """Follow where formations stand, who holds places and which sieges are on, past one row of the log."""
        kind, actor, place = int(row["kind"]), int(row["actor"]), int(row["place"])
        if kind in (LogKind.SETS_OUT, LogKind.TURNS_BACK):
            self.stands_at[actor] = -1
        elif kind == LogKind.REACHES:
            self.stands_at[actor] = place
        elif kind == LogKind.CONTROL:
            self.holders[place] = row["other"]
        elif kind in (LogKind.SIEGE_RELIEVED, LogKind.SIEGE_FELL):
            self.sieges_on[row["other"]] = False
        elif kind == LogKind.GARRISON_LEFT:
            self.abandoned.add(place)
        elif kind == LogKind.ASSAULT_WON:
            self.abandoned.discard(place)

    def sentence(self, row: Any, following: Any = None) -> str:
        """Return the sentence for one row of the log, "" for what is not worth one; `following`: the next row."""
        kind = LogKind(int(row["kind"]))
        teller = getattr(self, f"tell_{kind.name.lower()}", None)
        if teller is not None:
            return str(teller(row, following))
        template = SENTENCES.get(kind, "")
        return template.format(
            actor=self.formation(row["actor"]) if "{actor}" in template else "",
            place=self.place(row["place"]),
            target=self.target(row) if "{target}" in template else "",
            other=self.place(row["other"]) if "{other}" in template else "",
            value=float(row["value"]),
            span=span(float(row["value"])),
        )

    def target(self, row: Any) -> str:
        """Return what an assault is on: a place, or the ring about those besieged there."""
        place = int(row["place"])
        alliance = self.world.formations[row["actor"]].alliance
        siege = ring_at(self.world, place, alliance, self.holders, self.sieges_on)
        return self.place(place) if siege < 0 else f"{ring_name(self, siege)} at {self.place(place)}"

    def tell_order(self, row: Any, _: Any) -> str:
        """An order, or an errand; one to take the place where it stands already is told at the start only."""
        name, place = self.formation(row["actor"]), self.place(row["place"])
        if row["other"] == Errand.HOLD:
            had = "had" if row["day"] == 0.0 else "got"
            return f"{name} {had} orders to hold {place}."
        if row["other"] in ERRANDS:
            return f"{name} had to go and {ERRANDS[Errand(int(row['other']))].format(place=place)}."
        if self.stands_at[row["actor"]] != row["place"]:
            return f"{name} got orders for {place}."
        return f"{name} had orders to stay at {place}." if row["day"] == 0.0 else ""

    def tell_order_done(self, row: Any, _: Any) -> str:
        """Nothing is left to do, and why that is so as things stood that night."""
        why = self.idle.get((int(row["actor"]), int(row["day"])), DONE)
        return f"{self.formation(row['actor'])} stood at {self.place(row['place'])}, {why}."

    def tell_dares(self, row: Any, _: Any) -> str:
        """A wait for better odds ends, because they have come or because patience has."""
        name, place, odds = self.formation(row["actor"]), self.place(row["place"]), f"{row['value']:.2f}"
        if row["other"] == Reason.PRESSED:
            though = "though at odds of" if row["value"] < 1.0 else "at odds of"
            return f"{name} got orders to wait no longer and attack {place}, {though} {odds}."
        return f"{name} went for {place}, reckoning now to last {odds} times as long as its defenders."

    def tell_control(self, row: Any, _: Any) -> str:
        """A place changes hands."""
        before = int(row["value"])
        loser = f" from {self.sides[before]}" if before >= 0 else ""
        return f"{self.place(row['place'])} passed to {self.sides[row['other']]}{loser}."

    def tell_waits(self, row: Any, _: Any) -> str:
        """A formation waits, and why; a short stay in a place just taken goes without saying."""
        if row["other"] == Reason.CONSOLIDATES and row["value"] < LONG_DAYS:
            return ""
        text, value = WAITS.get(Reason(int(row["other"])), "waited"), float(row["value"])
        text = text.format(place=self.place(row["place"]), value=value, span=span(value))
        return f"{self.formation(row['actor'])} {text}."

    def tell_road_reopened(self, row: Any, _: Any) -> str:
        """A cut road opens again, unless enemies hold its ends: then it only stops being watched."""
        one, other = int(self.holders[row["place"]]), int(self.holders[row["other"]])
        if one >= 0 and other >= 0 and self.world.stances[one, other] == Stance.HOSTILE:
            return ""
        return f"The road {self.place(row['place'])} - {self.place(row['other'])} was open again."

    def tell_stays(self, row: Any, _: Any) -> str:
        """A formation stays where its task is over: against new raids, or until it is in supply again."""
        days = float(row["value"])
        why = f"against new raids, for up to {span(days)}" if days > 0.0 else "to bring up supplies"
        return f"{self.formation(row['actor'])} stayed at {self.place(row['place'])} {why}."

    def tell_turns_back(self, row: Any, following: Any) -> str:
        """A formation turns round on the road; one that goes back to refit says so next."""
        if following is not None and following["kind"] == LogKind.WAITS and following["other"] == Reason.REFITS:
            return ""
        return f"{self.formation(row['actor'])} turned back towards {self.place(row['place'])}."

    def tell_garrison_left(self, row: Any, _: Any) -> str:
        """A garrison leaves."""
        name, place = self.formation(row["actor"]), self.place(row["place"])
        return f"{name} found {place} being abandoned by the {row['value']:,.0f} men there."

    def tell_dispersed(self, row: Any, _: Any) -> str:
        """What did not get away of a beaten garrison."""
        if row["value"] < 1.0:
            return ""
        return f"{row['value']:,.0f} men of the garrison of {self.place(row['place'])} dispersed or were captured."

    def tell_assault_begins(self, row: Any, _: Any) -> str:
        """A fight begins, or was under way at the start."""
        how = "attacked" if row["day"] > 0.0 else "went on with the attack on"
        return f"{self.attackers(row)} {how} {self.target(row)} with {row['value']:,.0f} men."

    def attackers(self, row: Any) -> str:
        """Return who is in an assault: the strongest, and how many others."""
        others = int(row["other"])
        beside = "" if others < 1 else " and another" if others == 1 else f" and {others} others"
        return self.formation(row["actor"]) + beside

    def tell_assault_beaten(self, row: Any, _: Any) -> str:
        """An assault is beaten off."""
        return f"{self.attackers(row)} lost the fight for {self.target(row)}; {row['value']:,.0f} men fell back."

    def tell_assault_won(self, row: Any, _: Any) -> str:
        """An assault is won, or nobody is left to fight."""
        how = "went into" if row["place"] in self.abandoned else "won the fight for"
        return f"{self.attackers(row)} {how} {self.target(row)} with {row['value']:,.0f} men."

    def tell_raid(self, row: Any, _: Any) -> str:
        """Insurgents cut a road."""
        road = f"{self.place(row['place'])} - {self.place(row['other'])}"
        return f"Raiders from {self.place(row['actor'])} cut the road {road} for {span(row['value'])}."

    def tell_counter_attack(self, row: Any, following: Any) -> str:
        """A counter-attack begins; one that fails has no row that says so."""
        takes = following is not None and following["kind"] == LogKind.COUNTER_RETAKE
        failed = "" if takes else " and failed"
        return f"A counter-attack from {self.place(row['actor'])} hit {self.place(row['place'])}{failed}."

    def tell_incident(self, row: Any, _: Any) -> str:
        """An incident in contact."""
        other = self.formation(row["other"]) if row["other"] >= 0 else "a rival post"
        what = INCIDENTS[IncidentKind(int(row["value"]))].format(actor=self.formation(row["actor"]), other=other)
        return f"Incident near {self.place(row['place'])}: {what}."

    def tell_zone_try(self, row: Any, _: Any) -> str:
        """A formation closes in on forbidden ground."""
        return f"{self.formation(row['actor'])} decided to enter closed ground: {self.title('zones', row['other'])}."

    def tell_zone_rung(self, row: Any, _: Any) -> str:
        """A rung of the ladder."""
        return f"{self.formation(row['actor'])} {RUNGS[int(row['value'])]} near {self.place(row['place'])}."

    def tell_channel_suspended(self, row: Any, _: Any) -> str:
        """A channel is suspended."""
        return f"The channel {self.between(row['actor'])} was suspended."

    def tell_channel_restored(self, row: Any, _: Any) -> str:
        """A channel is restored."""
        return f"The channel {self.between(row['actor'])} was restored."

    def tell_event(self, row: Any, _: Any) -> str:
        """An event."""
        return f"Event: {self.title('events', row['actor'])}."

    def tell_milestone(self, row: Any, _: Any) -> str:
        """A milestone."""
        return f"Milestone: {self.title('milestones', row['actor'])}."

    def tell_siege_relieved(self, row: Any, _: Any) -> str:
        """A siege is lifted."""
        by = f" by {self.formation(row['actor'])}" if row["actor"] >= 0 else ", for the ring was gone"
        return f"The siege of {self.title('sieges', row['other'])} was lifted{by}."

    def tell_siege_fell(self, row: Any, _: Any) -> str:
        """A besieged garrison falls."""
        return f"The besieged garrison of {self.title('sieges', row['other'])} fell."

    def tell_finish(self, row: Any, _: Any) -> str:
        """A contestant finishes, first or later."""
        race = self.title("races", row["other"])
        if row["day"] > self.first_days.get(int(row["other"]), np.inf):
            return f"In the race '{race}', {self.formation(row['actor'])} came later, at {self.place(row['place'])}."
        return f"FINISH of the race '{race}': {self.formation(row['actor'])} at {self.place(row['place'])}."

    def tell_main_effort(self, row: Any, _: Any) -> str:
        """An air arm shifts its main effort."""
        arm, actor = self.title("air_arms", row["other"]), self.formation(row["actor"])
        return f"{arm} shifted the main effort to the fight for {self.place(row['place'])} ({actor})."

    def tell_gives_way(self, row: Any, _: Any) -> str:
        """Two columns meet on a road."""
        actor, other = self.formation(row["actor"]), self.formation(row["other"])
        return f"{actor} met {other} on the road to {self.place(row['place'])} and gave way."

    def tell_air_withdrawn(self, row: Any, _: Any) -> str:
        """An air arm stays away after a shoot-down."""
        return f"{self.title('air_arms', row['actor'])} lost an aircraft and stayed away for {span(row['value'])}."

    def tell_reaches(self, row: Any, _: Any) -> str:
        """A formation comes to a place, or is back at it."""
        verb = "came back to" if row["value"] == 1.0 else "reached"
        return f"{self.formation(row['actor'])} {verb} {self.place(row['place'])}."

    def ending(self) -> Iterator[str]:
        """Yield one line a formation on how it spent its days."""
        for row in sorted(range(len(self.world.formations)), key=lambda one: self.names["formations"].ids[one]):
            unit, spent = self.world.formations[row], self.world.days[row]
            parts = [f"{Activity(index).name.lower().replace('_', ' ')} {days:.0f}"
                     for index, days in enumerate(spent) if round(days) >= 1]  # fmt: skip
            at = self.place(unit.at) + (f" towards {self.place(unit.to)}" if unit.to >= 0 else "")
            why = why_waiting(self, self.handle, self.world, row) if unit.to < 0 and unit.assault < 0 else ""
            left = f"{unit.strength_men:,.0f} men at {at}" + (f", {why}" if why else "")
            if unit.posture == Activity.LOST:
                left = f"lost, dispersed or withdrawn, last near {self.place(unit.at)}"
            yield f"{self.title('formations', row)}: {left}; days: {', '.join(parts)}."
