"""Handlers of the tests' own, and a queue whose messages can be counted."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from eurzad.outbox import registry

Register = Callable[[registry.Handler], str]


@pytest.fixture
def register() -> Iterator[Register]:
    """Register a function under a name of its own; it is forgotten after the test."""
    names: list[str] = []

    def add(function: registry.Handler) -> str:
        names.append(f"tests.{uuid4().hex}")
        registry.handler(names[-1])(function)
        return names[-1]

    yield add
    for name in names:
        del registry._handlers[name]


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the jobs that a broker would have been told of."""
    sent: list[str] = []
    monkeypatch.setattr(registry, "_nudger", [sent.append])
    return sent
