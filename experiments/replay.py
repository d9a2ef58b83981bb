"""The story of one run, day by day, in sentences made from its event log."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from experiments.manifest import Manifest, read, read_scenario
from sim.ensemble import Ensemble
from sim.errors import UsageError
from sim.scenario.loading import Scenario
from sim.world.codes import Activity, IncidentKind, LogKind, Reason
from sim.world.world import World

RUNGS = ("is called on the channel", "meets a show of force", "meets warning shots", "is struck")
WAITS = {
    Reason.SUPPLY: "is out of supply and waits",
    Reason.NO_WAY: "finds no way to {place} and waits",
    Reason.RESPECTS_ZONE: "stops short of {place}: it keeps out of the zone there for now",
    Reason.KEEPS_LINE: "keeps to the line agreed before {place} for now ({value:.1f} days)",
    Reason.ODDS: "holds before {place}: the odds are too poor ({value:.1f} to 1)",
    Reason.NO_BETTER: "holds before {place}: the odds are no better than when it was beaten ({value:.1f} to 1)",
    Reason.REFITS: "goes back to {place} to refit ({value:.0f} days)",
    Reason.BRIDGES: "bridges the crossing at {place} ({value:.1f} days)",
}


class Story:
    """Tells a finished world's event log."""

    def __init__(self, scenario: Scenario, ensemble: Ensemble, world: World) -> None:
        """Keep what is needed to name things."""
        self.model, self.names, self.world = scenario.model, ensemble.blueprint.names, world
        self.start = scenario.model.start_date
        self.strength = {row: unit.strength_men for row, unit in enumerate(world.formations)}

    def days(self) -> Iterator[tuple[float, str]]:
        """Yield (day, sentence) in order of time; what happened at one time stays in order of cause."""
        log = self.world.log[: self.world.clock[0].log_rows]
        for row in log[np.argsort(log["day"], kind="stable")]:
            sentence = self.sentence(row)
            if sentence:
                yield float(row["day"]), sentence

    def place(self, row: int) -> str:
        """Return a place's name."""
        return self.model.places[self.names["places"].ids[row]].name if row >= 0 else "open ground"

    def formation(self, row: int) -> str:
        """Return a formation's name."""
        return self.model.formations[self.names["formations"].ids[row]].name if row >= 0 else ""

    def title(self, table: str, row: int) -> str:
        """Return the title (or name) of an entry of a table of the scenario."""
        entry = getattr(self.model, table)[self.names[table].ids[row]]
        return getattr(entry, "title", "") or getattr(entry, "name", "") or self.names[table].ids[row]

    def sentence(self, row: Any) -> str:
        """Return the sentence for one row of the log, "" for what is not worth one."""
        kind = LogKind(int(row["kind"]))
        teller = getattr(self, f"tell_{kind.name.lower()}", None)
        if teller is not None:
            return str(teller(row))
        template = SENTENCES.get(kind, "")
        return template.format(
            actor=self.formation(row["actor"]) if template.startswith("{actor}") else "",
            place=self.place(row["place"]),
            other=self.place(row["other"]) if "{other}" in template else "",
            value=float(row["value"]),
        )

    def tell_control(self, row: Any) -> str:
        """A place changes hands."""
        side = self.title("sides", row["other"])
        before = int(row["value"])
        loser = f" from {self.title('sides', before)}" if before >= 0 else ""
        return f"{self.place(row['place'])} passes to {side}{loser}."

    def tell_waits(self, row: Any) -> str:
        """A formation waits, and why."""
        text = WAITS.get(Reason(int(row["other"])), "waits")
        return f"{self.formation(row['actor'])} {text.format(place=self.place(row['place']), value=row['value'])}."

    def tell_raid(self, row: Any) -> str:
        """Insurgents cut a road."""
        road = f"{self.place(row['place'])} - {self.place(row['other'])}"
        return f"Raiders from {self.place(row['actor'])} cut the road {road} for {row['value']:.1f} days."

    def tell_raid_retake(self, row: Any) -> str:
        """A raid takes a weakly held place."""
        return f"The raiders take {self.place(row['place'])} with {row['value']:.0f} men."

    def tell_counter_attack(self, row: Any) -> str:
        """A counter-attack begins."""
        return f"A counter-attack from {self.place(row['actor'])} hits {self.place(row['place'])}."

    def tell_counter_retake(self, row: Any) -> str:
        """A counter-attack succeeds."""
        return f"It retakes {self.place(row['place'])} with {row['value']:.0f} men."

    def tell_incident(self, row: Any) -> str:
        """An incident in contact."""
        kind = IncidentKind(int(row["value"])).name.lower().replace("_", " ")
        other = f" and {self.formation(row['other'])}" if row["other"] >= 0 else " and the rivals' posts"
        return f"Incident near {self.place(row['place'])}: {kind} between {self.formation(row['actor'])}{other}."

    def tell_line_agreed(self, row: Any) -> str:
        """A line is agreed."""
        return f"{self.formation(row['actor'])} and its rivals agree a line near {self.place(row['place'])}."

    def tell_line_broken(self, row: Any) -> str:
        """A line is broken."""
        return f"{self.formation(row['actor'])} moves on and the line near {self.place(row['place'])} is void."

    def tell_zone_try(self, row: Any) -> str:
        """A formation closes in on forbidden ground."""
        return f"{self.formation(row['actor'])} closes in on {self.title('zones', row['other'])}."

    def tell_zone_rung(self, row: Any) -> str:
        """A rung of the ladder."""
        return f"{self.formation(row['actor'])} {RUNGS[int(row['value'])]} near {self.place(row['place'])}."

    def tell_channel_suspended(self, row: Any) -> str:
        """A channel is suspended."""
        return f"The channel {self.between(row['actor'])} is suspended."

    def tell_channel_restored(self, row: Any) -> str:
        """A channel is restored."""
        return f"The channel {self.between(row['actor'])} is restored."

    def between(self, row: int) -> str:
        """Return the two ends of a channel."""
        ends = self.model.channels[self.names["channels"].ids[row]].between
        return " - ".join(self.model.commands[one].name for one in ends)

    def tell_event(self, row: Any) -> str:
        """An event."""
        return f"Event: {self.title('events', row['actor'])}."

    def tell_milestone(self, row: Any) -> str:
        """A milestone."""
        return f"Milestone: {self.title('milestones', row['actor'])}."

    def tell_siege_relieved(self, row: Any) -> str:
        """A siege is lifted."""
        by = f" by {self.formation(row['actor'])}" if row["actor"] >= 0 else ""
        return f"The siege is lifted{by}: {self.title('sieges', row['other'])}."

    def tell_siege_fell(self, row: Any) -> str:
        """A besieged garrison falls."""
        return f"The besieged garrison falls: {self.title('sieges', row['other'])}."

    def tell_finish(self, row: Any) -> str:
        """A contestant finishes."""
        race = self.title("races", row["other"])
        return f"FINISH of the race '{race}': {self.formation(row['actor'])} at {self.place(row['place'])}."

    def tell_main_effort(self, row: Any) -> str:
        """An air arm shifts its main effort."""
        return f"{self.title('air_arms', row['other'])} shifts its main effort to {self.formation(row['actor'])}."

    def tell_gives_way(self, row: Any) -> str:
        """Two columns meet on a road."""
        actor, other = self.formation(row["actor"]), self.formation(row["other"])
        return f"{actor} meets {other} on the road to {self.place(row['place'])} and gives way."

    def tell_air_withdrawn(self, row: Any) -> str:
        """An air arm stays away after a shoot-down."""
        return f"{self.title('air_arms', row['actor'])} loses an aircraft and stays away for {row['value']:.1f} days."

    def tell_reaches(self, row: Any) -> str:
        """A formation comes to a place, or is back at it."""
        verb = "is back at" if row["value"] == 1.0 else "reaches"
        return f"{self.formation(row['actor'])} {verb} {self.place(row['place'])}."

    def ending(self) -> Iterator[str]:
        """Yield one line a formation on how it spent its days."""
        for row in sorted(range(len(self.strength)), key=lambda one: self.names["formations"].ids[one]):
            spent = self.world.days[row]
            parts = [f"{Activity(index).name.lower().replace('_', ' ')} {days:.0f}"
                     for index, days in enumerate(spent) if days >= 0.5]  # fmt: skip
            unit = self.world.formations[row]
            at = self.place(unit.at) + (f" towards {self.place(unit.to)}" if unit.to >= 0 else "")
            yield f"{self.formation(row)}: {unit.strength_men:.0f} men at {at}; days: {', '.join(parts)}."


SENTENCES = {
    LogKind.ORDER: "{actor} is ordered to {place}.",
    LogKind.ORDER_DROPPED: "{actor} gives up {place}: a rival holds it.",
    LogKind.SETS_OUT: "{actor} sets out from {place} for {other} ({value:.0f} km).",
    LogKind.AT_GATE: "{actor} stands before {place}, held by {value:.0f} men, and prepares.",
    LogKind.ASSAULT_BEGINS: "{actor} attacks {place} with {value:.0f} men.",
    LogKind.ASSAULT_WON: "{actor} wins {place}; {value:.0f} men go in.",
    LogKind.ASSAULT_BEATEN: "{actor} is beaten off before {place}; {value:.0f} men fall back.",
    LogKind.GARRISON_LEFT: "{actor} finds {place} being abandoned by its {value:.0f} men.",
    LogKind.WITHDREW: "{value:.0f} men withdraw from {place} to {other}.",
    LogKind.PAUSE: "{actor} pauses at {place} for {value:.1f} days.",
    LogKind.REINFORCED: "{value:.0f} men come from {other} to {place}.",
    LogKind.ROAD_REOPENED: "The road {place} - {other} is open again.",
    LogKind.ZONE_STOP: "{actor} stops near {place} and turns back.",
    LogKind.TURNS_BACK: "{actor} turns back towards {place}.",
    LogKind.LOST: "{actor} is lost at {place}.",
    LogKind.LEAVES: "{actor} leaves {place} for good.",
    LogKind.JOINS: "{actor} joins the assault on {place} with {value:.0f} men.",
}


def told(scenario: Scenario, seed: int, run: int) -> tuple[list[tuple[float, str]], list[str]]:
    """Return a run's story as (day, sentence) in order, and its ending, a line a formation."""
    ensemble = Ensemble(scenario)
    story = Story(scenario, ensemble, ensemble.replay(seed, run))
    return list(story.days()), list(story.ending())


def heading(start: date, day: int) -> str:
    """Return the heading of a day."""
    return f"\n{start + timedelta(days=day):%d %B %Y} (day {day})"


def tell(directory: Path, run: int) -> Iterator[str]:
    """Yield the lines of a run of the batch in a folder, under a heading for each day; see `manifest_with`."""
    manifest, scenario = manifest_with(directory, run), read_scenario(directory)
    sentences, ending = told(scenario, int(manifest["seed"]), run)
    today = -1
    for day, sentence in sentences:
        if int(day) != today:
            today = int(day)
            yield heading(scenario.model.start_date, today)
        yield f"  {sentence}"
    yield "\nAt the horizon"
    for line in ending:
        yield f"  {line}"


def manifest_with(directory: Path, run: int) -> Manifest:
    """Return the manifest of the batch in a folder. Raises UsageError for a run, or a batch, that is not there."""
    manifest = read(Path(directory))
    first, stop = manifest["runs"]
    if not first <= run < stop:
        raise UsageError(f"--run {run}: the batch in {directory} holds runs {first} to {stop - 1}")
    return manifest
