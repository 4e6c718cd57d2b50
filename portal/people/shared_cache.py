"""The cache that counts attempts and used codes: rows of the database, so that all workers see one count.

It is the only place where limits live. Redis carries messages and nothing else: when it is down, people still sign
in and guessing is still slowed down. Keys are kept as keyed hashes, since they may be made of an address or a login.
Values are JSON. Every change is one statement, so that many at once lose no count; outside a transaction it is
committed at once.
"""

import hmac
import json
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from eurzad.lib import clock

_TABLE = "people_sharedvalue"
_NEVER = 2**62
_INSERT = f'INSERT INTO "{_TABLE}" (key, value, expires_at) VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE'  # noqa: S608


class SharedCache(BaseCache):
    """Django's cache over `people_sharedvalue`; moments are milliseconds since the epoch."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Set a value where there is none; tell whether it was set."""
        over = f'"{_TABLE}".expires_at <= %s'
        sql = f"{_INSERT} SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at WHERE {over}"
        return _run(sql, [*self._row(key, value, timeout, version), _now()]) == 1

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Set a value, whatever there was."""
        sql = f"{_INSERT} SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at"
        _run(sql, self._row(key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or `default` where there is none or its time is over."""
        sql = f'SELECT value FROM "{_TABLE}" WHERE key = %s AND expires_at > %s'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [self._mark(key, version), _now()])
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Move the end of a value's time; tell whether there was one."""
        sql = f'UPDATE "{_TABLE}" SET expires_at = %s WHERE key = %s AND expires_at > %s'  # noqa: S608
        return _run(sql, [self._ends(timeout), self._mark(key, version), _now()]) == 1

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a whole number and return it; its time stays. Raises ValueError where there is none."""
        sql = (
            f'UPDATE "{_TABLE}" SET value = CAST(CAST(value AS bigint) + %s AS text) '  # noqa: S608
            "WHERE key = %s AND expires_at > %s RETURNING value"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [delta, self._mark(key, version), _now()])
            row = cursor.fetchone()
        if row is None:
            raise ValueError("There is no such key.")
        return int(row[0])

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; tell whether there was one."""
        return _run(f'DELETE FROM "{_TABLE}" WHERE key = %s', [self._mark(key, version)]) == 1  # noqa: S608

    def clear(self) -> None:
        """Forget everything."""
        _run(f'DELETE FROM "{_TABLE}"', [])  # noqa: S608

    def _row(self, key: str, value: Any, timeout: float | None, version: int | None) -> list[Any]:
        return [self._mark(key, version), json.dumps(value), self._ends(timeout)]

    def _mark(self, key: str, version: int | None) -> str:
        whole = self.make_key(key, version=version)
        return hmac.digest(settings.SECRET_KEY.encode(), whole.encode(), "sha256").hex()

    def _ends(self, timeout: float | None) -> int:
        if timeout is DEFAULT_TIMEOUT:
            timeout = self.default_timeout
        return _NEVER if timeout is None else _now() + int(timeout * 1000)


def tidy() -> int:
    """Forget what is over; return how many values went."""
    return _run(f'DELETE FROM "{_TABLE}" WHERE expires_at <= %s', [_now()])  # noqa: S608


def _run(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
