"""Files of a draft: added and taken out until the document is fixed to be signed."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.access import errors, file_kinds, texts
from portal.access.models import (
    MAX_FILE_BYTES,
    MAX_TOTAL_BYTES,
    AccessApplication,
    Attachment,
    Represented,
)
from portal.access.services import representing
from portal.people.models import Identity

MAX_FILES = 60


@transaction.atomic
def add_attachment(
    *, identity: Identity, purpose: str, name: str, content: bytes, represented_id: UUID | None = None
) -> Attachment:
    """Keep a file with the person's draft; the same file in the same place once more changes nothing.

    Raises DraftClosed and FileNotTaken with a sentence; nothing else of the draft is touched then.
    """
    draft = representing.lock_draft(identity)
    represented = representing.find(draft, represented_id) if represented_id else None
    return keep(draft, represented, purpose=purpose, name=name, content=content)


def keep(
    application: AccessApplication,
    represented: Represented | None,
    *,
    purpose: str,
    name: str,
    content: bytes,
) -> Attachment:
    """Keep a file with an application that is being put together, in the caller's transaction. Raises FileNotTaken."""
    kind = _kind_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    files = Attachment.objects.filter(application=application)
    same = files.filter(represented=represented, purpose=purpose, sha256=sha256).first()
    if same is not None:
        return same
    if files.count() >= MAX_FILES:
        raise errors.FileNotTaken(
            _("Dodano już %(count)d plików i więcej nie przyjmujemy. Połącz dokumenty w jeden plik PDF.")
            % {"count": MAX_FILES}
        )
    total = files.aggregate(total=Sum("size"))["total"] or 0
    if total + len(content) > MAX_TOTAL_BYTES:
        raise errors.FileNotTaken(
            _(
                "Tego pliku już nie zmieścimy: wszystkie pliki razem mogą mieć najwyżej 20 MB, a zostało "
                "%(left)s. Zmniejsz plik albo usuń inny."
            )
            % {"left": filesizeformat(MAX_TOTAL_BYTES - total)}
        )
    return Attachment.objects.create(
        application=application,
        represented=represented,
        purpose=purpose,
        name=_free_name(application, file_kinds.clean_name(name, kind)),
        mime=kind,
        content=content,
        size=len(content),
        sha256=sha256,
        added_at=clock.now(),
    )


def _kind_of(content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise errors.FileNotTaken(texts.file_refusal("too_big"))
    try:
        return file_kinds.recognise(content)
    except file_kinds.FileRefused as refused:
        raise errors.FileNotTaken(texts.file_refusal(refused.code)) from refused


def _free_name(application: AccessApplication, name: str) -> str:
    """Names are told apart in the signed document: a second "skan.pdf" becomes "skan (2).pdf"."""
    taken = set(Attachment.objects.filter(application=application).values_list("name", flat=True))
    stem, _dot, suffix = name.rpartition(".")
    numbered = (f"{stem} ({number}).{suffix}" for number in range(2, MAX_FILES + 2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


@transaction.atomic
def remove_attachment(*, identity: Identity, public_id: UUID) -> Attachment | None:
    """Take a file out of the person's draft; None when it is gone already. Raises DraftClosed."""
    draft = representing.lock_draft(identity)
    found = Attachment.objects.filter(application=draft, public_id=public_id).defer("content").first()
    if found is not None:
        Attachment.objects.filter(pk=found.pk).delete()
    return found
