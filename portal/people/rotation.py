"""Changing IDENTITY_KEY: everything written under the old key is written anew, in one transaction or not at all.

Columns are found by their field classes (`people.fields`). What a third-party model holds is registered here with
a function of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, models, transaction

from eurzad.lib import clock
from portal.people import pii
from portal.people.fields import EncryptedTextField, FingerprintField
from portal.people.models import Identity, IdentityKeyMark

BATCH = 1000
"""Rows held in memory at once."""

Report = Callable[[str, int, int], None]
"""Told what is being written anew, how many rows are done and how many there are."""
T = TypeVar("T")


class RotationRefused(Exception):
    """The keys or the data do not allow a change of keys; nothing was changed. The text says why."""


@dataclass(frozen=True)
class Keys:
    """The key that everything is written under, and the one that it shall be."""

    old: str
    new: str

    def renew(self, token: str) -> str:
        """Return an encrypted value encrypted anew; raises Unreadable."""
        return pii.encrypt(self.read(token), key=self.new)

    def read(self, token: str) -> str:
        """Return what an encrypted value says; raises Unreadable."""
        try:
            return pii.decrypt(token, key=self.old)
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error


class Unreadable(Exception):
    """A value that the old key does not open."""


class Mismatched(Exception):
    """A keyed hash that is not that of the value beside it."""


@dataclass(frozen=True)
class Extra:
    """A JSON column of a third-party model in which values stand encrypted; `renew` returns it written anew."""

    model: type[models.Model]
    column: str
    renew: Callable[[Any, Keys], Any]


_extras: list[Extra] = []


def register(extra: Extra) -> None:
    """Have a third-party model's column written anew too."""
    _extras.append(extra)


def protected() -> Iterator[tuple[type[models.Model], list[EncryptedTextField], list[FingerprintField]]]:
    """Every model with columns under the key: its encrypted fields and its keyed hashes."""
    for model in apps.get_models():
        fields = model._meta.concrete_fields
        encrypted = [field for field in fields if isinstance(field, EncryptedTextField)]
        hashes = [field for field in fields if isinstance(field, FingerprintField)]
        if encrypted or hashes:
            yield model, encrypted, hashes


@transaction.atomic
def rotate(*, old: str, new: str, report: Report, dry_run: bool = False) -> dict[str, int]:
    """Write everything under `new` instead of `old` (32 bytes each, base64); return rows by model.

    A second run finds nothing to do and returns {}. Writers of the same columns wait until the end, readers do
    not. With `dry_run` everything is read and checked and nothing is written. Raises RotationRefused: then, or
    when the process is killed, everything is as before.
    """
    if old == new:
        raise RotationRefused("IDENTITY_KEY_OLD and IDENTITY_KEY are the same key.")
    mark = IdentityKeyMark.objects.select_for_update().first()
    if mark is not None and mark.mark == pii.key_mark(new):
        return {}
    if mark is not None and mark.mark != pii.key_mark(old):
        raise RotationRefused("IDENTITY_KEY_OLD is not the key this database was written with.")
    found = list(protected())
    _keep_writers_out([model for model, _encrypted, _hashes in found] + [extra.model for extra in _extras])
    keys = Keys(old, new)
    counts = {}
    for model, encrypted, hashes in found:
        label = model._meta.label
        counts[label] = _renew_rows(model, encrypted, hashes, keys, report, dry_run=dry_run)
    for extra in _extras:
        counts[extra.model._meta.label] = _renew_extra(extra, keys, report, dry_run=dry_run)
    if not dry_run:
        IdentityKeyMark.objects.update_or_create(
            pk=1, defaults={"mark": pii.key_mark(new), "recorded_at": clock.now()}
        )
    return counts


def _keep_writers_out(tables: list[type[models.Model]]) -> None:
    """Whoever would store a value under the old key waits; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    names = ", ".join(f'"{model._meta.db_table}"' for model in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def _renew_rows(
    model: type[models.Model],
    encrypted: list[EncryptedTextField],
    hashes: list[FingerprintField],
    keys: Keys,
    report: Report,
    *,
    dry_run: bool,
) -> int:
    columns = [field.column for field in (*encrypted, *hashes)]
    names = [*(field.attname for field in encrypted), *(field.attname for field in hashes)]
    schemes = sorted({field.scheme for field in hashes})

    def renewed(row: dict[str, Any]) -> list[str]:
        plain = {field.attname: keys.read(row[field.attname]) for field in encrypted}
        return [
            *(pii.encrypt(value, key=keys.new) for value in plain.values()),
            *(_rehash(row[field.attname], row[field.scheme], plain[field.of], keys) for field in hashes),
        ]

    def write(rows: list[tuple[Any, list[str]]]) -> None:
        changes = ", ".join(f'"{column}" = %s' for column in columns)
        table, key = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
        statement = f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s'  # noqa: S608 (our own names)
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(*values, pk) for pk, values in rows])

    return _in_batches(model, [*names, *schemes], renewed, write, report, dry_run=dry_run)


def _rehash(known: str, scheme: str, plain: str, keys: Keys) -> str:
    """A visitor of the demo has a random fingerprint, which stays."""
    if scheme == Identity.Scheme.DEMO:
        return known
    if known != pii.fingerprint(scheme, plain, key=keys.old):
        raise Mismatched
    return pii.fingerprint(scheme, plain, key=keys.new)


def _renew_extra(extra: Extra, keys: Keys, report: Report, *, dry_run: bool) -> int:
    def write(rows: list[tuple[Any, Any]]) -> None:
        changed = [extra.model(pk=pk, **{extra.column: value}) for pk, value in rows]
        extra.model._default_manager.bulk_update(changed, [extra.column], batch_size=200)

    def renewed(row: dict[str, Any]) -> Any:
        return extra.renew(row[extra.column], keys)

    return _in_batches(extra.model, [extra.column], renewed, write, report, dry_run=dry_run)


def _in_batches(
    model: type[models.Model],
    names: list[str],
    renew: Callable[[dict[str, Any]], T],
    write: Callable[[list[tuple[Any, T]]], None],
    report: Report,
    *,
    dry_run: bool,
) -> int:
    """Go through a table by its key, so that a batch is all that is in memory; return the number of rows."""
    rows = model._default_manager.order_by("pk").values("pk", *names)
    total, done, last = rows.count(), 0, None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:BATCH]):
        fresh = [(row["pk"], _tried(model, row, renew)) for row in batch]
        if not dry_run:
            write(fresh)
        done, last = done + len(batch), batch[-1]["pk"]
        report(model._meta.label, done, total)
    return done


def _tried(model: type[models.Model], row: dict[str, Any], renew: Callable[[dict[str, Any]], T]) -> T:
    place = f"{model._meta.label} {row['pk']}"
    try:
        return renew(row)
    except Unreadable:
        raise RotationRefused(f"{place}: IDENTITY_KEY_OLD does not open this row.") from None
    except Mismatched:
        raise RotationRefused(f"{place}: the keyed hash is not that of the number beside it.") from None
