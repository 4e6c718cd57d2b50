"""Two workers never pull the same mailbox at once, whatever became of a lease."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from epuap.inbox.consumer import only_consumer
from epuap.inbox.models import InboundDocument
from epuap.inbox.services import intake
from epuap.soap.pull import PulledDocument
from eurzad.lib.errors import TransientError

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BOX = "/jarzebin/SkrytkaESP"


class SlowClient:
    """A mailbox with one document; the first to fetch it stops until it is let go."""

    class config:  # noqa: N801
        box_address = BOX

    def __init__(self) -> None:
        self.reached, self.let_go = threading.Event(), threading.Event()
        self.calls: list[str] = []
        self.waiting = 1

    def fetch_next(self) -> PulledDocument | None:
        self.calls.append("fetch")
        self.reached.set()
        assert self.let_go.wait(30)
        if not self.waiting:
            return None
        return PulledDocument(
            content=b"<a/>", file_name="a.xml", mime="", document_id="1", sender_entity="", sender_name="",
            reply_address="", sent_at=None, is_test=False, additional_data=b"",
        )  # fmt: skip

    def confirm(self, sha1: bytes) -> None:
        self.calls.append("confirm")
        self.waiting -= 1


def in_a_thread_of_its_own(work: Any) -> Any:
    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return run


def test_second_worker_leaves_the_mailbox_alone() -> None:
    client = SlowClient()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(in_a_thread_of_its_own(lambda: intake.pull_documents(client)))
        assert client.reached.wait(30)
        second = pool.submit(in_a_thread_of_its_own(lambda: intake.pull_documents(client)))
        assert second.result(30) == 0
        assert client.calls == ["fetch"], "the second worker asked as well"
        client.let_go.set()
        assert first.result(30) == 1
    assert client.calls == ["fetch", "confirm", "fetch"]
    assert InboundDocument.objects.get().confirmed_at is not None
    assert intake.pull_documents(client) == 0
    assert client.calls[-1] == "fetch", "the mailbox is free again"


def test_worker_without_its_session_confirms_nothing() -> None:
    """The lock went with the session: another worker may be at the mailbox by now."""
    client = SlowClient()
    client.let_go.set()
    fetch = client.fetch_next

    def fetch_and_lose_the_session() -> PulledDocument | None:
        found = fetch()
        connection.close()
        return found

    client.fetch_next = fetch_and_lose_the_session  # type: ignore[method-assign]
    with pytest.raises(TransientError) as caught:
        intake.pull_documents(client)
    assert caught.value.code == "inbox.connection_lost"
    assert client.calls == ["fetch"] and InboundDocument.objects.count() == 1


def test_lock_ends_with_the_connection_of_a_killed_worker() -> None:
    def take_and_die() -> None:
        held = only_consumer(BOX)
        assert held.__enter__() is not None
        session = connection.connection
        connection.connection = None
        session.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(take_and_die).result(30)
    with only_consumer(BOX) as check:
        assert check is not None
        check()


def test_another_mailbox_is_another_lock() -> None:
    def take_other() -> bool:
        with only_consumer("/inny/urzad") as check:
            return check is not None

    with only_consumer(BOX) as check, ThreadPoolExecutor(1) as pool:
        assert check is not None
        assert pool.submit(in_a_thread_of_its_own(take_other)).result(30)
