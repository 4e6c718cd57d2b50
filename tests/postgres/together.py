"""Many threads that start at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def all_at_once(work: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """Do the work for every argument in a thread of its own; the results in order."""
    start = Barrier(len(arguments))

    def alone(argument: Argument) -> Result:
        try:
            start.wait(timeout=30)
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(alone, arguments))


def outcome_of(work: Callable[..., Any], *expected: type[Exception]) -> Callable[[Any], str]:
    """The name of the expected exception that the work ends with, or an empty text."""

    def tried(argument: Any) -> str:
        try:
            work(argument)
        except expected as error:
            return type(error).__name__
        return ""

    return tried
