"""Tension between commands, and the channel through which they keep out of each other's way.

Tension jumps with incidents, fades with a half-life, and feeds back into incidents. A strike may suspend a channel;
a suspended one is restored after a waiting time. MODEL rule 8; source: assumption, `tensions`, `channels`.
"""

import math

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, exponential, uniform
from sim.records import fire, note
from sim.world.codes import NOBODY, LogKind, Mechanism


@compiled
def tension(world):
    """Let tensions fade and suspended channels come back, for one tick."""
    days = world.clock[0].tick_days
    for row in range(world.tensions.shape[0]):
        world.tensions[row].level *= world.tensions[row].kept_per_tick
    for row in range(world.channels.shape[0]):
        if world.channels[row].open == 0:
            wait_for_channel(world, row, days)


@compiled
def raise_by(tensions, pair, jump):
    """Add `jump` (0 to 1) to the tension of row `pair`, saturating at 1."""
    tensions[pair].level += jump * (1.0 - tensions[pair].level)


@compiled
def wait_for_channel(world, row, days):
    """Restore a suspended channel once its accumulated hazard passes the drawn threshold."""
    channel = world.channels[row]
    if channel.threshold == 0.0:
        key = channel.draw_key
        channel.threshold = exponential(world.clock[0], Purpose.CHANNEL_RESTORED, key, NO_ID, channel.restorations, 1.0)
    channel.hazard += channel.restored_per_day * days
    if channel.hazard >= channel.threshold:
        reopen(world, row, world.clock[0].day + days)


@compiled
def reopen(world, row, day):
    """Restore a channel."""
    channel = world.channels[row]
    channel.open = 1
    channel.hazard = 0.0
    channel.threshold = 0.0
    channel.restorations += 1
    fire(world, Mechanism.CHANNEL_RESTORED)
    note(world, LogKind.CHANNEL_RESTORED, day, row, NOBODY, NOBODY, 0.0)


@compiled
def suspend(world, row, day):
    """Suspend a channel."""
    channel = world.channels[row]
    channel.open = 0
    channel.suspensions += 1
    fire(world, Mechanism.CHANNEL_SUSPENDED)
    note(world, LogKind.CHANNEL_SUSPENDED, day, row, NOBODY, NOBODY, 0.0)


@compiled
def stands_behind(world, command, row):
    """Return whether `command` is the one of `row` (-1: none) or its patron."""
    if row < 0:
        return False
    return row == command or world.commands[row].patron == command


@compiled
def concerns(world, pair, first, second):
    """Return whether a pair (a Tension or Channel record) stands between the commands behind two parties."""
    a, b = pair.command_a, pair.command_b
    straight = stands_behind(world, a, first) and stands_behind(world, b, second)
    return straight or (stands_behind(world, b, first) and stands_behind(world, a, second))


@compiled
def heat(world, first, second):
    """Return the factor by which tension between the commands behind two parties raises incidents, capped.

    exp(feedback x highest tension). Source: assumption, `rules.tension`.
    """
    level = 0.0
    for row in range(world.tensions.shape[0]):
        if concerns(world, world.tensions[row], first, second):
            level = max(level, world.tensions[row].level)
    return min(world.settings[0].tension_highest_factor, math.exp(world.settings[0].tension_feedback * level))


@compiled
def channel_works(world, first, second):
    """Return whether a working channel stands between the commands behind two parties."""
    for row in range(world.channels.shape[0]):
        if world.channels[row].open == 1 and concerns(world, world.channels[row], first, second):
            return True
    return False


@compiled
def aggravate(world, first, second, severe, day):
    """Let an incident raise the tensions it concerns; a severe one (strike, shoot-down) may suspend the channel."""
    for row in range(world.tensions.shape[0]):
        if concerns(world, world.tensions[row], first, second):
            raise_by(world.tensions, row, world.tensions[row].jump)
    if not severe:
        return
    for row in range(world.channels.shape[0]):
        channel = world.channels[row]
        if channel.open == 1 and concerns(world, channel, first, second):
            u = uniform(world.clock[0], Purpose.CHANNEL_SUSPENDED, channel.draw_key, NO_ID, world.clock[0].incidents)
            if u < channel.suspended_by_strike_probability:
                suspend(world, row, day)
