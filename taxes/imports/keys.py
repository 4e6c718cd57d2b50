"""Keys of domain systems, and whether a request is signed by one."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.errors import DomainError
from portal.journal.services import record
from taxes.imports import signing
from taxes.models import LedgerKey, SourceSystem, UsedSignature


class BadKey(DomainError):
    """A key that cannot be added or revoked."""

    code = "ledger.key"


def check(public_key: str) -> str:
    """Return the name of a public key (base64 of 32 bytes) that can be registered; raises BadKey."""
    try:
        raw = signing.read_public_key(public_key)
    except ValueError:
        raise BadKey(_("To nie jest klucz publiczny Ed25519: 32 bajty zapisane w base64.")) from None
    key_id = signing.key_id(raw)
    if LedgerKey.objects.filter(key_id=key_id).exists():
        raise BadKey(_("Ten klucz jest już zarejestrowany. Unieważnionego nie dodaje się drugi raz."))
    return key_id


@transaction.atomic
def add(*, source: SourceSystem, public_key: str, label: str, by: UUID | None) -> LedgerKey:
    """Register a public key. Raises BadKey for a malformed or known one."""
    key_id = check(public_key)
    key = LedgerKey.objects.create(
        source=source, key_id=key_id, public_key=public_key.strip(), label=label[:80], created_at=clock.now(),
        created_by=by,
    )  # fmt: skip
    record(actor_id=by, subject_id=None, action="ledger.key_added", reference=key_id)
    return key


@transaction.atomic
def revoke(*, key_id: str, by: UUID | None) -> None:
    """Take a key out of force at once. Raises BadKey for one that is not in force."""
    changed = LedgerKey.objects.filter(key_id=key_id, revoked_at__isnull=True).update(revoked_at=clock.now())
    if not changed:
        raise BadKey(_("Nie ma takiego obowiązującego klucza."))
    record(actor_id=by, subject_id=None, action="ledger.key_revoked", reference=key_id)


def believe(headers: dict[str, str], *, method: str, path: str) -> tuple[SourceSystem, signing.Signed]:
    """Return whose request this is; raises BadSignature. The digest of the body is compared by who reads it."""
    signed = signing.read_headers(headers)
    key = (
        LedgerKey.objects.filter(key_id=signed.key_id, revoked_at__isnull=True)
        .select_related("source")
        .first()
    )
    if key is None:
        raise signing.BadSignature("key")
    public = signing.read_public_key(key.public_key)
    signing.verify(signed, method=method, path=path, public_key=public, now=clock.now())
    return key.source, signed


def was_used(signed: signing.Signed) -> bool:
    """Whether a signature was taken before; `use_once` has the last word."""
    return UsedSignature.objects.filter(mark=signed.mark).exists()


def use_once(signed: signing.Signed) -> None:
    """Remember a signature; raises BadSignature `replay` when it was used before. Old ones are forgotten."""
    now: datetime = clock.now()
    UsedSignature.objects.filter(used_at__lt=now - 3 * signing.SKEW).delete()
    try:
        with transaction.atomic():
            UsedSignature.objects.create(mark=signed.mark, used_at=now)
    except IntegrityError:
        raise signing.BadSignature("replay") from None
