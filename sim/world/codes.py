"""The codes that stand in the world's integer fields, each list told once."""

from enum import IntEnum, unique

NOBODY = -1
"""The row of none."""

NOT_RECKONED = -1.0
"""Stands for a length in km that has not been reckoned, or no longer holds."""


@unique
class Stance(IntEnum):
    """How one side stands to another; up to ALLIED they share ground and roads."""

    OWN = 0
    ALLIED = 1
    ALIGNED = 2
    NEUTRAL = 3
    RIVAL = 4
    HOSTILE = 5


@unique
class Activity(IntEnum):
    """What a formation does; its days are counted by these."""

    HOLDING = 0
    MARCHING = 1
    ADVANCING = 2
    PAUSED = 3
    PREPARING = 4
    FIGHTING = 5
    REFITTING = 6
    OUT_OF_SUPPLY = 7
    WITHOUT_WAY = 8
    LOST = 9


@unique
class Reason(IntEnum):
    """Why a formation waits."""

    NONE = 0
    NO_ORDERS = 1
    WAITS_FOR_FLAG = 2
    NO_WAY = 3
    RESPECTS_ZONE = 4
    RIVAL_HOLDS = 5
    SUPPLY = 6
    CLASH = 7
    CONSOLIDATES = 8
    REFITS = 9
    BRIDGES = 10
    BESIEGED = 11
    PAUSES = 12
    HOLDS = 13
    TURNED_BACK = 14
    KEEPS_LINE = 15
    GIVES_WAY = 16
    ODDS = 17
    NO_BETTER = 18
    ALLIES = 19
    DEFENDS = 20
    PRESSED = 21
    AWAITS_COUNTER = 22


@unique
class Duty(IntEnum):
    """What a formation is to do beside its orders about a place that insurgents hold; the higher comes first.

    `NONE` is trouble in the rear, `REST` a stay where the last order was carried out.
    """

    REST = -1
    NONE = 0
    CLEAR = 1
    HELP = 2


@unique
class Bar(IntEnum):
    """What keeps a formation without orders from clearing a place of insurgents."""

    NONE = 0
    TOO_FAR = 1
    BORDER = 2
    ZONE = 3
    NOT_BESIDE = 4
    LEFT_TO_ALLY = 5
    NOT_ITS_OWN = 6
    TOO_STRONG = 7


@unique
class Errand(IntEnum):
    """What a formation is sent for, where that is not to take a place by its orders."""

    REOPEN = 0
    RETAKE = 1
    CLEAR = 2
    HELP = 3
    HOLD = 4


@unique
class OrderKind(IntEnum):
    """What an order asks for at its objective."""

    REACH = 0
    TAKE = 1
    HOLD = 2
    LINK_UP = 3


@unique
class AssaultState(IntEnum):
    """Where an assault stands."""

    NONE = 0
    PREPARING = 1
    FIGHTING = 2


@unique
class SiegeState(IntEnum):
    """Where a siege stands."""

    ON = 0
    RELIEVED = 1
    FALLEN = 2


@unique
class EventState(IntEnum):
    """Where an event stands."""

    PENDING = 0
    DUE = 1
    HAPPENED = 2
    OFF = 3


@unique
class Verb(IntEnum):
    """What an event's effect does."""

    REINFORCE = 0
    RESIZE = 1
    REMOVE = 2
    RELATION = 3
    SUSPEND = 4
    RESTORE = 5
    TENSION = 6
    FALL = 7


@unique
class Predicate(IntEnum):
    """What a milestone asks."""

    HELD = 0
    REACHED = 1
    NEAR = 2
    CONNECTED = 3
    RELIEVED = 4
    FALLEN = 5


@unique
class IncidentKind(IntEnum):
    """Kinds of incident between rivals; from STRIKE on they are clashes."""

    WARNING = 0
    TURN_BACK = 1
    STRIKE = 2
    SHELLING = 3
    SHOOT_DOWN = 4
    GROUND_CLASH = 5


@unique
class Cause(IntEnum):
    """What an incident came from."""

    CONTACT = 0
    ZONE = 1


@unique
class How(IntEnum):
    """How a formation came to a place."""

    REACHED = 0
    TOOK = 1
    LINKED_UP = 2


@unique
class Mechanism(IntEnum):
    """What may or may not fire in a run; one column `fired:<name>` each."""

    PAUSE = 0
    REROUTE = 1
    OUT_OF_SUPPLY = 2
    REPLACEMENTS = 3
    ASSAULT_WON = 4
    ASSAULT_BEATEN = 5
    JOINT_ASSAULT = 6
    GARRISON_LEFT = 7
    WITHDRAWAL = 8
    REINFORCEMENT = 9
    RAID = 10
    RAID_RETAKE = 11
    COUNTER_ATTACK = 12
    COUNTER_RETAKE = 13
    INCIDENT = 14
    CLASH = 15
    LINE_AGREED = 16
    LINE_BROKEN = 17
    ZONE_TRY = 18
    ZONE_STOP = 19
    ZONE_STRIKE = 20
    CHANNEL_SUSPENDED = 21
    CHANNEL_RESTORED = 22
    AIR_SUPPORT = 23
    RIVAL_NEAR = 24
    ORDER_DROPPED = 25
    SIEGE_RELIEVED = 26
    SIEGE_FELL = 27
    EVENT = 28
    BRIDGING = 29
    REAR_MENDED = 30
    LINE_KEPT = 31
    AIR_WITHDRAWN = 32
    ODDS_AWAITED = 33
    REAR_CLEARED = 34


@unique
class LogKind(IntEnum):
    """What a row of the event log tells."""

    ORDER = 0
    ORDER_DONE = 1
    ORDER_DROPPED = 2
    SETS_OUT = 3
    REACHES = 4
    AT_GATE = 5
    ASSAULT_BEGINS = 6
    ASSAULT_WON = 7
    ASSAULT_BEATEN = 8
    GARRISON_LEFT = 9
    WITHDREW = 10
    CONTROL = 11
    PAUSE = 12
    PUSH = 13
    WAITS = 14
    REINFORCED = 15
    RAID = 16
    RAID_RETAKE = 17
    COUNTER_ATTACK = 18
    COUNTER_RETAKE = 19
    ROAD_REOPENED = 20
    INCIDENT = 21
    LINE_AGREED = 22
    LINE_BROKEN = 23
    ZONE_TRY = 24
    ZONE_RUNG = 25
    ZONE_STOP = 26
    CHANNEL_SUSPENDED = 27
    CHANNEL_RESTORED = 28
    EVENT = 29
    MILESTONE = 30
    SIEGE_RELIEVED = 31
    SIEGE_FELL = 32
    FINISH = 33
    LOST = 34
    TURNS_BACK = 35
    MAIN_EFFORT = 36
    GIVES_WAY = 37
    AIR_WITHDRAWN = 38
    LEAVES = 39
    JOINS = 40
    DISPERSED = 41
    DARES = 42
    STAYS_BEHIND = 43
    STAYS = 44
    BYPASSES = 45
    REPLENISHED = 46
