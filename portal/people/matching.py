"""Access at once for who the ledger knows: the PESEL of a verified person is that of exactly one party (AUTO_MATCH).

Off unless the town says so. Whoever is not matched applies for access, and a clerk decides.
"""

import logging
import re
import unicodedata
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from portal.journal.services import record
from portal.people import services
from portal.people.models import Identity, Subject, User

logger = logging.getLogger(__name__)

_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss"})
_vetoes: list[Callable[[Identity], bool]] = []


def register_veto(veto: Callable[[Identity], bool]) -> None:
    """Have `veto(identity)` keep a person from being matched (their application is with a clerk, or was decided)."""
    _vetoes.append(veto)


@transaction.atomic
def match(identity: Identity) -> Subject | None:
    """Link a person who has just signed in to the party with their PESEL; return it, or None when nothing was linked.

    Only a resident with a PESEL who is linked to nobody, only a person of the ledger whom nobody else sees as their
    own, and only under the same names (letters without marks; the first given name). Two at once link one.
    """
    if not settings.AUTO_MATCH or identity.scheme != Identity.Scheme.PESEL:
        return None
    held = Identity.objects.select_for_update(of=("self",)).select_related("user").get(pk=identity.pk)
    is_resident = held.user is not None and held.user.kind == User.Kind.RESIDENT
    if held.subject_id is not None or not is_resident or any(veto(held) for veto in _vetoes):
        return None
    found = Subject.objects.filter(
        identifiers__scheme=held.scheme, identifiers__fingerprint=held.fingerprint
    ).select_for_update(of=("self",))
    subject = found.first()
    if subject is None:
        return None
    if not _is_plausible(held, subject) or Identity.objects.filter(subject=subject).exists():
        logger.info("not matched by itself identity=%s", held.public_id)
        return None
    services.link_identity(identity=held, subject=subject, ground=Identity.Ground.AUTOMATIC)
    record(actor_id=None, subject_id=subject.public_id, action="people.matched")
    return subject


def _is_plausible(identity: Identity, subject: Subject) -> bool:
    given, known_given = _words(identity.given_name)[:1], _words(subject.given_name)[:1]
    family, known_family = _words(identity.family_name), _words(subject.family_name)
    is_person = subject.kind == Subject.Kind.PERSON
    return is_person and given == known_given != [] and sorted(family) == sorted(known_family) != []


def _words(name: str) -> list[str]:
    """The words of a name in small letters without marks: `Wrzos-Młot` is `wrzos`, `mlot`."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return re.findall("[^\\W\\d_]+", "".join(sign for sign in bare if not unicodedata.combining(sign)))
