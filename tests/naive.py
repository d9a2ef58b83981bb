"""Slow, plain, obviously right twins of fast functions: no sim imports, no arrays, no shared constants."""

import math
import random

WORD = 2**32


def philox_4x32_10(key, counter):
    """Return four 32-bit words for a key of two and a counter of four (Salmon and others, SC'11, section 3.3)."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for round_number in range(10):
        if round_number > 0:
            k0, k1 = (k0 + 0x9E3779B9) % WORD, (k1 + 0xBB67AE85) % WORD
        high0, low0 = divmod(0xD2511F53 * c0, WORD)
        high1, low1 = divmod(0xCD9E8D57 * c2, WORD)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return c0, c1, c2, c3


def least_days(legs, start):
    """Return the least days from `start` to every place that can be reached.

    `legs`: {place: {neighbour: days}}, one entry each way. Repeated relaxation until nothing changes.
    """
    best = {start: 0.0}
    changed = True
    while changed:
        changed = False
        for here, onward in legs.items():
            for there, days in onward.items():
                if here in best and best[here] + days < best.get(there, math.inf) - 1e-12:
                    best[there] = best[here] + days
                    changed = True
    return best


def lanchester_by_small_steps(x, y, a, b, mixing, days, steps=200_000):
    """Return both strengths after `days` of dX/dt = -a X^m Y^(1-m), dY/dt = -b Y^m X^(1-m), by Euler's method."""
    step = days / steps
    for _ in range(steps):
        if x <= 0 or y <= 0:
            break
        loss_x = a * x**mixing * y ** (1 - mixing)
        loss_y = b * y**mixing * x ** (1 - mixing)
        x, y = x - step * loss_x, y - step * loss_y
    return max(x, 0.0), max(y, 0.0)


def lanchester_closed_form(x, y, a, b, mixing, days):
    """Return both strengths after `days` while neither is gone, for the square, linear or logarithmic law.

    Square: hyperbolic functions. Linear: with X = (c / b) cosh^2 z and Y = (c / a) sinh^2 z (b X > a Y), z falls at
    the rate sqrt(a b) / 2. Logarithmic: each side decays on its own.
    """
    if mixing == 0:
        angle = math.sqrt(a * b) * days
        now_x = x * math.cosh(angle) - y * math.sqrt(a / b) * math.sinh(angle)
        now_y = y * math.cosh(angle) - x * math.sqrt(b / a) * math.sinh(angle)
        return now_x, now_y
    if mixing == 0.5:
        if b * x < a * y:
            return lanchester_closed_form(y, x, b, a, mixing, days)[::-1]
        c = b * x - a * y
        z = math.asinh(math.sqrt(a * y / c)) - math.sqrt(a * b) * days / 2
        return c / b * math.cosh(z) ** 2, c / a * math.sinh(z) ** 2
    return x * math.exp(-a * days), y * math.exp(-b * days)


def decayed(level, half_life_days, days):
    """Return a level after exponential decay."""
    return level * 0.5 ** (days / half_life_days)


def poisson_times_by_thinning(rate_of_day, highest_rate, days, seed):
    """Return the event times of a Poisson process with a changing rate (Lewis and Shedler 1979)."""
    source, now, times = random.Random(seed), 0.0, []
    while True:
        now += source.expovariate(highest_rate)
        if now >= days:
            return times
        if source.random() < rate_of_day(now) / highest_rate:
            times.append(now)
