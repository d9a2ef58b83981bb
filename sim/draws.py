"""Keyed random draws: a draw is a pure function of (run key, purpose, ids concerned, ordinal).

No stream is consumed, so an added rule, agent or plot leaves every other draw alone, two scenarios with one seed
share their luck, and a run replays from its number. The generator is Philox 4x32-10 (Salmon, Moraes, Dror and Shaw,
"Parallel random numbers: as easy as 1, 2, 3", SC'11): products of 32-bit words fit 64 bits, so nothing ever wraps,
and the same code gives the same bits compiled and in plain Python.
"""

import hashlib
import math
from enum import IntEnum, unique

import numpy as np

from sim.compiled import compiled

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
SHIFT_LOW_WORD = np.uint64(12)
SHIFT_HIGH_WORD = np.uint64(20)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
NO_ID = np.uint64(0)
STEP_52 = 2.0**-52
HALF_STEP = 2.0**-53


@unique
class Purpose(IntEnum):
    """Every purpose of a draw, listed once; a new purpose gets a new number and old numbers are never reused."""

    RUN_KEY = 1
    ASSUMPTION = 2
    ASSUMPTION_GROUP = 3
    PUSH_LENGTH = 10
    PAUSE_LENGTH = 11
    STARTS_PUSHING = 12
    EXPLOITS = 13
    PREPARATION = 20
    REFIT = 21
    LEAVE_OR_FIGHT = 22
    REINFORCEMENT = 30
    RAID = 32
    RAID_CUT = 33
    RAID_RETAKE = 34
    RAID_LOSS = 35
    COUNTER_ATTACK = 36
    COUNTER_ATTACK_LOSS = 37
    RAID_TARGET = 38
    INCIDENT_KIND = 41
    INCIDENT_TIME = 42
    INCIDENT_LOSS = 43
    INCIDENT_PAUSE = 44
    INCIDENT_WITHDRAWS = 45
    LINE_AGREED = 46
    LINE_BROKEN = 47
    LINE_KEPT = 48
    INCIDENT_AIR = 49
    AIR_WITHDRAWN = 92
    ZONE_TRY = 50
    ZONE_RUNG = 51
    ZONE_LOSS = 52
    CHANNEL_SUSPENDED = 60
    CHANNEL_RESTORED = 61
    CHANNEL_OPEN = 62
    EVENT_HAPPENS = 70
    EVENT_HAZARD = 71
    SIEGE_FALLS = 80


def draw_key(text: str) -> np.uint64:
    """Return the 32-bit draw key of an id: a hash of its text, never 0, so that the order of rows does not matter."""
    digest = hashlib.blake2b(text.encode(), digest_size=4).digest()
    return np.uint64(int.from_bytes(digest, "little") or 1)


@compiled
def philox(key_low, key_high, counter_0, counter_1, counter_2, counter_3):
    """Return four 32-bit words (as uint64) of Philox 4x32-10 for a 64-bit key and a 128-bit counter in 32-bit words."""
    for _ in range(10):
        product_0 = MULTIPLIER_0 * counter_0
        product_1 = MULTIPLIER_1 * counter_2
        counter_0 = (product_1 >> SHIFT) ^ counter_1 ^ key_low
        counter_2 = (product_0 >> SHIFT) ^ counter_3 ^ key_high
        counter_1 = product_1 & MASK
        counter_3 = product_0 & MASK
        key_low = (key_low + WEYL_0) & MASK
        key_high = (key_high + WEYL_1) & MASK
    return counter_0, counter_1, counter_2, counter_3


@compiled
def to_uniform(high, low):
    """Return a float in the open interval (0, 1) from two 32-bit words.

    52 bits are used and half a step is added, which is exact: with 53 the highest words would round to 1.
    """
    return float((high << SHIFT_HIGH_WORD) ^ (low >> SHIFT_LOW_WORD)) * STEP_52 + HALF_STEP


@compiled
def uniform(clock, purpose, first_id, second_id, ordinal):
    """Return the uniform draw of this run for a purpose, two draw keys and an ordinal.

    `clock`: the run's Clock record, which holds the run key; `purpose`: a member of Purpose; `first_id`, `second_id`:
    draw keys (uint64; NO_ID where there is none); `ordinal`: the event's own number, 0 or more.
    """
    words = philox(clock.key_low, clock.key_high, np.uint64(ordinal) & MASK, np.uint64(purpose), first_id, second_id)
    return to_uniform(words[0], words[1])


@compiled
def exponential(clock, purpose, first_id, second_id, ordinal, mean):
    """Return an exponential draw with the given mean (any unit)."""
    return -mean * math.log(uniform(clock, purpose, first_id, second_id, ordinal))


@compiled
def lognormal(clock, purpose, first_id, second_id, ordinal, median, sigma):
    """Return a lognormal draw with the given median and standard deviation of the logarithm."""
    u = uniform(clock, purpose, first_id, second_id, ordinal)
    return median * math.exp(sigma * standard_normal_quantile(u))


@compiled
def standard_normal_quantile(u):
    """Return the standard normal quantile of u in (0, 1). Source: Wichura 1988, algorithm AS 241 (PPND16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _central_ratio(r)
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    value = _near_tail_ratio(r - 1.6) if r <= 5.0 else _far_tail_ratio(r - 5.0)
    return -value if q < 0.0 else value


@compiled
def _central_ratio(r):
    top = 2509.0809287301226727 * r + 33430.575583588128105
    top = (top * r + 67265.770927008700853) * r + 45921.953931549871457
    top = (top * r + 13731.693765509461125) * r + 1971.5909503065514427
    top = (top * r + 133.14166789178437745) * r + 3.387132872796366608
    bottom = 5226.495278852545925 * r + 28729.085735721942674
    bottom = (bottom * r + 39307.89580009271061) * r + 21213.794301586595867
    bottom = (bottom * r + 5394.1960214247511077) * r + 687.1870074920579083
    bottom = (bottom * r + 42.313330701600911252) * r + 1.0
    return top / bottom


@compiled
def _near_tail_ratio(r):
    top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
    top = (top * r + 0.24178072517745061177) * r + 1.27045825245236838258
    top = (top * r + 3.64784832476320460504) * r + 5.7694972214606914055
    top = (top * r + 4.6303378461565452959) * r + 1.42343711074968357734
    bottom = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
    bottom = (bottom * r + 0.0151986665636164571966) * r + 0.14810397642748007459
    bottom = (bottom * r + 0.68976733498510000455) * r + 1.6763848301838038494
    bottom = (bottom * r + 2.05319162663775882187) * r + 1.0
    return top / bottom


@compiled
def _far_tail_ratio(r):
    top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    top = (top * r + 0.0012426609473880784386) * r + 0.026532189526576123093
    top = (top * r + 0.29656057182850489123) * r + 1.7848265399172913358
    top = (top * r + 5.4637849111641143699) * r + 6.6579046435011037772
    bottom = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
    bottom = (bottom * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4
    bottom = (bottom * r + 0.0148753612908506148525) * r + 0.13692988092273580531
    bottom = (bottom * r + 0.59983220655588793769) * r + 1.0
    return top / bottom


def run_key(seed: int, run: int) -> tuple[np.uint64, np.uint64]:
    """Return the key (low, high: two 32-bit words) of a run: a function of seed and run number and nothing else."""
    low, high = key_words(np.uint64(seed % (1 << 64)), np.uint64(run % (1 << 64)))
    return np.uint64(low), np.uint64(high)


@compiled
def key_words(seed, run):
    """Return the key of a run as `run_key` does, from seed and run number as uint64."""
    words = philox(seed & MASK, seed >> SHIFT, run & MASK, run >> SHIFT, np.uint64(Purpose.RUN_KEY), NO_ID)
    return words[0], words[1]


@compiled
def uniform_for_key(key_low, key_high, purpose, first_id):
    """Return the uniform of one purpose and id for a run key that is not yet in a clock (assumptions)."""
    words = philox(key_low, key_high, NO_ID, np.uint64(purpose), first_id, NO_ID)
    return to_uniform(words[0], words[1])
