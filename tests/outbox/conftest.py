"""Handlers of the tests' own, and a queue whose messages can be counted."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app

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

    def send_task(name: str, *, args: list[str], **options: Any) -> None:
        assert name == "outbox.run_job"
        sent.extend(args)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return sent
