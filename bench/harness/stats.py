"""What repetitions say: median, and from least to most."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float

    def __str__(self):
        return f"{self.median:g} ({self.low:g} to {self.high:g})"


def spread(values):
    values = [value for value in values if value is not None]
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values))


def ratio(ours, theirs):
    """Medians against each other; None when one of them is missing or nothing."""
    if not ours or not theirs or not theirs.median:
        return None
    return ours.median / theirs.median


def paired_ratios(ours, theirs):
    """Repetition by repetition: what was measured at the same time shares the same noise."""
    return [mine / other for mine, other in zip(ours, theirs) if other]


def waits_behind_syncs(took, points=16):
    """How long requests would wait for a server that only syncs, batch after batch, sorted.

    A request that comes while a sync runs waits for the rest of it and then for its own. Requests
    come evenly in time, so a long sync keeps more of them waiting than a short one.
    """
    waits = []
    for this, after in zip(took, took[1:]):
        share = max(1, round(points * this / statistics.median(took)))
        waits.extend(this * (i + 0.5) / share + after for i in range(share))
    return sorted(waits)


def best(points):
    """The value with the highest rate: [(value, rate), ...]."""
    return max(points, key=lambda point: point[1])[0]


def short(number):
    """1234567 -> "1.23 M", 12345 -> "12.3 k", 123.4 -> "123"."""
    if number is None:
        return "-"
    for limit, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= limit:
            return _three_digits(number / limit) + suffix
    return _three_digits(number)


def _three_digits(number):
    if abs(number) >= 100 or number == int(number):
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def milliseconds(microseconds):
    return "-" if microseconds is None else f"{_three_digits(microseconds / 1000)} ms"
