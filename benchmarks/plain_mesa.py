"""A small race as a user of Mesa would write it: ordinary Python objects, networkx, a data collector.

Two contestants of two columns each start from the four ends of a cross of roads and make for its centre, which goes to
whoever is there first. On each arm lie two towns that a third party holds. A column pushes and pauses; at a town it
prepares, fights by Lanchester's linear law, consolidates, and either exploits its success or pauses. Times within a
tick are exact.

`PlainRace` is the model; it knows nothing of `sim`. `scenario` says the same in the project's scenario language. That
the two give one distribution is a test.
"""

import math
from typing import Any

import mesa
import networkx as nx

HORIZON_DAYS = 60  # the centre is reached on days 28 to 47 in nine runs of ten
TICK_DAYS = 0.25
SIDES = {"red": ["r1", "r2"], "green": ["g1", "g2"]}
PUSH_RATES_KM_PER_DAY = {"red": 11.0, "green": 10.0}
INTERESTS = {"red": 0.5, "green": 0.7}  # in the centre: pushes are multiplied by it, pauses divided
ARMS = ("r1", "g1", "r2", "g2")  # round the centre; neighbours are of different sides
HELD = (1, 3)  # the towns of an arm that are held, counted from its end
TOWNS_AN_ARM = 4
LEG_KM = 45.0
DETOUR = 1.1
ADVANCE_FACTOR = 0.9
TEMPO_SIGMA = 0.3
STRENGTHS_MEN = (1800.0, 2500.0, 4000.0)
GARRISONS_MEN = (200.0, 350.0, 500.0)
FORTIFICATION = 1.2
BREAKPOINT_SHARE = 0.4
LOSS_RATE_PER_DAY = 0.05
PREPARATION_DAYS, PREPARATION_SIGMA = 2.0, 0.5
CONSOLIDATION_DAYS = 1.0
PUSH_DAYS, PUSH_SIGMA = 6.0, 0.5
PAUSE_DAYS, PAUSE_SIGMA = 3.0, 0.6
PUSHING_AT_START = 0.5
CENTRE = "centre"


def town_of(arm: str, number: int) -> str:
    """Return the name of a town of an arm, 0 at its end."""
    return f"{arm}_{number}"


def roads() -> dict[tuple[str, str], float]:
    """Return the roads with their km: the arms, and rings that join neighbouring arms and are always the longer way."""
    found: dict[tuple[str, str], float] = {}
    for arm, next_arm in zip(ARMS, (*ARMS[1:], ARMS[0]), strict=True):
        towns = [*(town_of(arm, number) for number in range(TOWNS_AN_ARM)), CENTRE]
        found |= {leg: LEG_KM * DETOUR for leg in zip(towns, towns[1:], strict=False)}
        for number in HELD:
            ring_km = (TOWNS_AN_ARM - number) * LEG_KM * math.sqrt(2.0)
            found[town_of(arm, number), town_of(next_arm, number)] = ring_km * DETOUR * 1.5
    return found


# ---------------------------------------------------------------- the plain model


class Town(mesa.Agent):
    """A place on the way, held by some men or by none."""

    def __init__(self, model: "PlainRace", name: str, men: float) -> None:
        super().__init__(model)
        self.name, self.men = name, men
        self.reached_day = math.inf
        self.reached_by = ""


class Column(mesa.Agent):
    """A contestant's men on their way to the centre."""

    def __init__(self, model: "PlainRace", name: str, side: str, start: str) -> None:
        super().__init__(model)
        self.name, self.side, self.interest = name, side, INTERESTS[side]
        self.men = model.random.triangular(STRENGTHS_MEN[0], STRENGTHS_MEN[2], STRENGTHS_MEN[1])
        tempo = model.random.lognormvariate(0.0, TEMPO_SIGMA)
        self.rate_km_per_day = PUSH_RATES_KM_PER_DAY[side] * tempo * ADVANCE_FACTOR
        self.way = nx.shortest_path(model.network, start, CENTRE, weight="km")
        self.km_left = 0.0
        self.marching = False
        self.halt_until_day = 0.0
        self.pushing = model.random.random() >= PUSHING_AT_START  # at the end of a push, or of a pause
        self.cycle_until_day = 0.0
        self.ready_day = 0.0
        self.fighting = False
        self.breaks_at_men = 0.0

    @property
    def next_town(self) -> Town:
        return self.model.towns[self.way[1]]

    def step(self) -> None:
        """Spend the tick."""
        now, end = self.model.day, self.model.day + TICK_DAYS
        while now < end and len(self.way) > 1:
            if self.halt_until_day > now:
                now = self.halt_until_day
            elif self.fighting:
                now = self.fight(now, end)
            elif self.marching:
                now = self.march(now, end)
            else:
                self.set_out(now)

    def set_out(self, now: float) -> None:
        """Leave for the next town, unless the race is over, or the push: then pause, and push after that."""
        if self.model.is_over:
            self.halt_until_day = math.inf
        elif now < self.cycle_until_day:
            self.marching = True
            self.km_left = self.model.network.edges[self.way[0], self.way[1]]["km"]
        elif self.pushing:
            self.pushing = False
            pause = self.lognormal(PAUSE_DAYS / self.interest, PAUSE_SIGMA)
            self.halt_until_day = self.cycle_until_day = now + pause
        else:
            self.push(now)

    def push(self, now: float) -> None:
        """Begin a push."""
        self.pushing = True
        self.cycle_until_day = now + self.lognormal(PUSH_DAYS * self.interest, PUSH_SIGMA)

    def march(self, now: float, end: float) -> float:
        """Go on along the road until the tick ends or a town is reached."""
        needed = self.km_left / self.rate_km_per_day
        if now + needed > end:
            self.km_left -= self.rate_km_per_day * (end - now)
            return end
        now += needed
        self.marching = False
        if self.next_town.men > 0.0:
            self.fighting = True
            self.ready_day = now + self.lognormal(PREPARATION_DAYS, PREPARATION_SIGMA)
            self.breaks_at_men = (1.0 - BREAKPOINT_SHARE) * self.next_town.men
        else:
            self.enter(now)
        return now

    def fight(self, now: float, end: float) -> float:
        """Prepare; then fight by the linear law (midpoint rule) until the tick ends or the defenders break."""
        if self.ready_day >= end:
            return end
        now = max(now, self.ready_day)
        days, town = end - now, self.next_town
        lost, taken = losses_per_day(self.men, town.men)
        lost, taken = losses_per_day(self.men - 0.5 * days * lost, town.men - 0.5 * days * taken)
        days = min(days, (town.men - self.breaks_at_men) / taken)
        self.men -= days * lost
        town.men -= days * taken
        if now + days < end:
            self.fighting = False
            town.men = 0.0
            self.enter(now + days)
            self.halt_until_day = now + days + CONSOLIDATION_DAYS
        return now + days

    def enter(self, now: float) -> None:
        """Take the next town, and exploit that with a fresh push or let the push be over."""
        del self.way[0]
        town = self.model.towns[self.way[0]]
        if now < town.reached_day:
            town.reached_day, town.reached_by = now, self.side
        if self.random.random() < self.interest:
            self.push(now)
        else:
            self.pushing, self.cycle_until_day = True, now

    def lognormal(self, median: float, sigma: float) -> float:
        return median * self.random.lognormvariate(0.0, sigma)


def losses_per_day(attackers: float, defenders: float) -> tuple[float, float]:
    """Return the men that attackers and defenders lose a day."""
    rate = LOSS_RATE_PER_DAY * math.sqrt(attackers * defenders)
    root = math.sqrt(FORTIFICATION)
    return rate * root, rate / root


class PlainRace(mesa.Model):
    """The race."""

    def __init__(self, rng: Any = None) -> None:
        super().__init__(rng=rng)
        self.day = 0.0
        self.network = nx.Graph()
        self.network.add_edges_from((a, b, {"km": km}) for (a, b), km in roads().items())
        self.towns = {name: Town(self, name, self.garrison(name)) for name in self.network}
        for side, columns in SIDES.items():
            for name in columns:
                Column(self, name, side, town_of(name, 0))
        reached = {f"reached:{arm}": (lambda model, arm=arm: model.reached_day(arm)) for arm in ARMS}
        self.datacollector = mesa.DataCollector(
            model_reporters={"winner": "winner", "finish_day": "finish_day"} | reached
        )

    def garrison(self, name: str) -> float:
        """Return the men who hold a town at the start."""
        if name == CENTRE or int(name.rsplit("_", 1)[1]) not in HELD:
            return 0.0
        return self.random.triangular(GARRISONS_MEN[0], GARRISONS_MEN[2], GARRISONS_MEN[1])

    def step(self) -> None:
        self.agents_by_type[Column].shuffle_do("step")
        self.day = self.steps * TICK_DAYS
        self.running = self.day < HORIZON_DAYS
        if not self.running:
            self.datacollector.collect(self)

    @property
    def is_over(self) -> bool:
        """Whether a column was at the centre before this tick."""
        return self.finish_day <= self.day

    def reached_day(self, arm: str) -> float:
        """Return when an arm's last town was reached."""
        return self.towns[town_of(arm, TOWNS_AN_ARM - 1)].reached_day

    @property
    def winner(self) -> str:
        return self.towns[CENTRE].reached_by or "nobody"

    @property
    def finish_day(self) -> float:
        return self.towns[CENTRE].reached_day


# ---------------------------------------------------------------- the same as a scenario


def scenario() -> dict[str, Any]:
    """Return the race in the project's scenario language."""
    names = list(dict.fromkeys(place for road in roads() for place in road))
    garrisons = {town_of(arm, number) for arm in ARMS for number in HELD}
    owners = {name: side for side, columns in SIDES.items() for name in columns}
    homes = {town_of(arm, 0): side for arm, side in owners.items()}
    holder = {name: "blue" if name in garrisons else homes.get(name) for name in names}
    sides = (*SIDES, "blue")
    return {
        "title": "A small race",
        "start_date": "2020-01-01",
        "horizon_days": HORIZON_DAYS,
        "tick_hours": TICK_DAYS * 24.0,
        "sides": {
            side: {"name": side, "push_rate_km_per_day": PUSH_RATES_KM_PER_DAY.get(side, 1.0)} for side in sides
        },
        "relations": [{"between": [side, "blue"], "stance": "hostile"} for side in SIDES],
        "commands": {
            f"{side}_hq": {"name": side, "side": side, "default_interest": INTERESTS.get(side, 0.0)} for side in sides
        },
        "place_kinds": {
            "town": {
                "fortification": FORTIFICATION, "breakpoint_share": BREAKPOINT_SHARE,
                "preparation_days": PREPARATION_DAYS, "consolidation_days": CONSOLIDATION_DAYS,
                "frontage_men": 1e9, "capacity_men": 1e9, "garrison_weight": 1,
            }
        },
        "road_classes": {"road": {"march_km_per_day": 100, "advance_factor": ADVANCE_FACTOR}},
        "places": {
            name: {"name": name, "country": "land", "kind": "town", "holder": holder[name], **degrees_of(name)}
            for name in names
        },
        "roads": {
            f"{a}--{b}": {"from": a, "to": b, "class": "road", "length_km": km} for (a, b), km in roads().items()
        },
        "garrisons": {
            f"{name}_men": {
                "name": name, "side": "blue", "command": "blue_hq", "places": [name],
                "strength_men": {"triangular": list(GARRISONS_MEN)},
            }
            for name in sorted(garrisons)
        },
        "formations": {
            name: {
                "name": name, "side": side, "command": f"{side}_hq", "start": town_of(name, 0),
                "strength_men": {"triangular": list(STRENGTHS_MEN)},
                "tempo": {"lognormal": {"median": 1.0, "sigma": TEMPO_SIGMA}},
                "orders": [{"objective": CENTRE}],
            }
            for name, side in owners.items()
        },
        "milestones": {
            f"reached_{arm}": {
                "title": arm, "reached": {"places": [town_of(arm, TOWNS_AN_ARM - 1)], "formations": [arm]},
            }
            for arm in ARMS
        },
        "contestants": {
            side: {"name": side, "side": side, "formations": columns} for side, columns in SIDES.items()
        },
        "races": {"centre": {"title": "First at the centre", "finish": {side: [CENTRE] for side in SIDES}}},
        "rules": {
            "march": {
                "push_days": PUSH_DAYS, "push_sigma": PUSH_SIGMA, "pause_days": PAUSE_DAYS, "pause_sigma": PAUSE_SIGMA,
                "pushing_at_start": PUSHING_AT_START, "lowest_interest": 0.1,
            },
            "assault": {"loss_rate_per_day": LOSS_RATE_PER_DAY, "preparation_sigma": PREPARATION_SIGMA},
        },
    }  # fmt: skip


def degrees_of(name: str) -> dict[str, float]:
    """Return where a town lies: the centre at 0, 0, the arms to east, north, west and south of it."""
    if name == CENTRE:
        return {"lat": 0.0, "lon": 0.0}
    arm, number = name.rsplit("_", 1)
    away = (TOWNS_AN_ARM - int(number)) * LEG_KM / 111.19
    east, north = ((1, 0), (0, 1), (-1, 0), (0, -1))[ARMS.index(arm)]
    return {"lat": round(north * away, 6), "lon": round(east * away, 6)}
