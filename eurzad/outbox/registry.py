"""Names of jobs and the functions that do them. Apps fill it from their `tasks` modules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Handler = Callable[..., None]


class Later(Exception):
    """Raised by a handler whose work is not ready yet: run it again in `seconds`, without counting an error."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Periodic:
    """A handler without arguments that runs every `seconds`, never twice at once."""

    name: str
    seconds: int


_handlers: dict[str, Handler] = {}
_nudger: list[Callable[[str], None]] = []
_periodic: dict[str, Periodic] = {}


def nudge_with(function: Callable[[str], None]) -> None:
    """Say how a worker is told that a job (its public id) waits; the composition root does."""
    _nudger[:] = [function]


def nudger() -> Callable[[str], None]:
    """Return how a worker is told; raises IndexError before `nudge_with`."""
    return _nudger[0]


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register a function under a stable job name; it may run twice, so it must be idempotent."""

    def register(function: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"Two handlers are called {name}.")
        _handlers[name] = function
        return function

    return register


def every(*, seconds: int, name: str) -> Callable[[Handler], Handler]:
    """Register a function without arguments that beat starts every `seconds`."""

    def register(function: Handler) -> Handler:
        _periodic[name] = Periodic(name, seconds)
        return handler(name)(function)

    return register


def get(name: str) -> Handler:
    """Return the function registered under `name`; raises LookupError."""
    try:
        return _handlers[name]
    except KeyError:
        raise LookupError(f"No handler is called {name}.") from None


def periodic() -> tuple[Periodic, ...]:
    """Return everything that runs by the clock."""
    return tuple(_periodic.values())


Arguments = dict[str, Any]
