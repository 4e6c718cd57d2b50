"""CPU of small pieces of work, side by side: rounds alternate, so that a noisy machine disturbs both."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 7


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU that one call of `work` takes, over `times` calls."""
    begun = time.process_time()
    for _number in range(times):
        work()
    return (time.process_time() - begun) * 1000 / times


def side_by_side(works: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Median CPU milliseconds of each work, measured in turns."""
    for work in works.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(ROUNDS):
        for name, work in works.items():
            found[name].append(cpu_ms(work, times))
    return {name: statistics.median(values) for name, values in found.items()}


def verdict(ratio: float, aim: float, *, at_least: bool = False) -> str:
    """The ratio as a line ends: with its aim, and whether it was met."""
    met = ratio >= aim if at_least else ratio <= aim
    return f"{ratio:6.2f}  (aim {'≥' if at_least else '≤'} {aim}) {'ok' if met else 'MISSED'}"
