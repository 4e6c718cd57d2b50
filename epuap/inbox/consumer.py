"""One consumer a mailbox: the service knows the head of its queue only by the digest of its bytes, so two
consumers at once could confirm a document that neither has stored (the next one may have the same bytes)."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from eurzad.lib.errors import TransientError

Check = Callable[[], None]


@contextmanager
def only_consumer(box_address: str) -> Iterator[Check | None]:
    """Be the only consumer of a mailbox while the block runs; gives None when another one is at it.

    PostgreSQL holds an advisory lock of the database session: it outlasts commits and any lease, and ends with
    the connection of a process that was killed. The function given is to be called before each step: it raises
    TransientError (`inbox.connection_lost`) when the session, and with it the lock, is gone. SQLite serves one
    worker of a demo, whose poll is one job.
    """
    if connection.vendor != "postgresql":
        yield lambda: None
        return
    connection.ensure_connection()
    session = connection.connection
    key = int.from_bytes(hashlib.sha256(f"inbox.pull:{box_address}".encode()).digest()[:8], signed=True)

    def check() -> None:
        if connection.connection is not session or session.closed:
            raise TransientError(code="inbox.connection_lost")

    if not _ask("SELECT pg_try_advisory_lock(%s)", key):
        yield None
        return
    try:
        yield check
    finally:
        if connection.connection is session and not session.closed:
            _ask("SELECT pg_advisory_unlock(%s)", key)


def _ask(question: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [key])
        (answer,) = cursor.fetchone()
    return bool(answer)
