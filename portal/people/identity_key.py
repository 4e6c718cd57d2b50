"""Which IDENTITY_KEY the database was written under. Another key stops the start; a change of keys is a command.

Asked at the start of web, worker and beat, by `manage.py check --database default`, before the first number that
a process encrypts, decrypts or looks up (`pii`), and by every transaction that stores one (`hold`).
"""

import logging
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections

from eurzad.lib import clock
from portal.people import pii
from portal.people.models import Identity, IdentityKeyMark, SubjectIdentifier

logger = logging.getLogger(__name__)

_ONLY = 1
_TABLE = IdentityKeyMark._meta.db_table


class WrongIdentityKey(ImproperlyConfigured):
    """The key of the settings is not the one the database was written under."""

    def __init__(self) -> None:
        super().__init__(
            "IDENTITY_KEY is not the key this database was written with. Give the right key back from your "
            "backup, or, to change it, run: manage.py rotate_identity_key (docs/operations.md)."
        )


def require_right() -> bool:
    """Compare the key with the database's mark; the first time ever, write the mark down.

    Returns False where there is nothing to compare with yet (before `migrate`). Raises WrongIdentityKey, also
    where there is no mark but numbers that this key does not open; OperationalError without a database.
    """
    if _TABLE not in connection.introspection.table_names():
        return False
    mark = pii.key_mark(settings.IDENTITY_KEY)
    known = _known_mark()
    if known is None:
        _require_readable()
        IdentityKeyMark.objects.get_or_create(pk=_ONLY, defaults={"mark": mark, "recorded_at": clock.now()})
        known = _known_mark()
    if known != mark:
        raise WrongIdentityKey
    return True


def hold() -> None:
    """Keep the key from being changed until the open transaction ends. Raises WrongIdentityKey after a change.

    For transactions that store encrypted numbers: a process that was left running over a rotation would
    otherwise go on storing them under the old key.
    """
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT mark FROM "{_TABLE}"{lock}')  # noqa: S608 (our own table)
        row = cursor.fetchone()
    if row is None:
        require_right()
    elif row[0] != pii.key_mark(settings.IDENTITY_KEY):
        raise WrongIdentityKey


def check_at_start() -> None:
    """Stop a process that begins with another key; raises WrongIdentityKey.

    A database out of reach stops nothing (probes must be able to say so): `pii` asks again before the first
    number. Connections are closed, since the process may fork now.
    """
    try:
        pii.require_right_key()
    except OperationalError:
        logger.warning("identity key not compared: the database is out of reach")
    finally:
        connections.close_all()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper only


def check_database(
    *, app_configs: object = None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """The same as a system check, for commands that check the database (`migrate`, `check --database`)."""
    if not databases:
        return []
    try:
        require_right()
    except WrongIdentityKey as wrong:
        return [Error(str(wrong), id="people.E001")]
    return []


def _known_mark() -> str | None:
    return IdentityKeyMark.objects.values_list("mark", flat=True).first()


def _require_readable() -> None:
    """A database from before the mark: one number of each kind is tried."""
    for found in (
        SubjectIdentifier.objects.values_list("encrypted", flat=True),
        Identity.objects.values_list("encrypted_identifier", flat=True),
    ):
        token = found.order_by("pk").first()
        try:
            if token is not None:
                pii.decrypt(token, key=settings.IDENTITY_KEY)
        except (InvalidTag, ValueError):
            raise WrongIdentityKey from None
