"""Links that prove that an e-mail address belongs to who gave it: one way of making, mailing and reading them.

A link names what it confirms (a purpose and a public id) and a keyed mark of the address, so that it confirms that
address and no later one. It tells nothing of the person, and is good for a week.
"""

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eurzad.lib.errors import TransientError

LIFETIME_SECONDS = 7 * 24 * 3600
_SALT = "eurzad.email_link."


def mark(purpose: str, email: str) -> str:
    """Return what stands for an address in a link; it cannot be guessed back without SECRET_KEY."""
    return salted_hmac(_SALT + purpose, email.lower()).hexdigest()[:16]


def make(purpose: str, public_id: str, email: str) -> str:
    """Return the token of a link that confirms `email` for the thing of that public id."""
    return signing.dumps([public_id, mark(purpose, email)], salt=_SALT + purpose)


def read(purpose: str, token: str) -> tuple[str, str] | None:
    """Return the public id and the mark of the address, or None for a false, foreign or old token."""
    try:
        public_id, found = signing.loads(token[:1000], salt=_SALT + purpose, max_age=LIFETIME_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(public_id), str(found)


def mail(*, email: str, path: str, where: str) -> None:
    """Mail a link; `where` says in which place the address was given. Raises TransientError when it is not taken."""
    body = _(
        "Ktoś podał ten adres %(where)s w portalu eUrząd (%(town)s).\n\n"
        "Jeśli to Ty, potwierdź adres: %(address)s\n"
        "Link działa przez 7 dni.\n\n"
        "Jeśli nie, nic nie rób – na ten adres nie wyślemy żadnych wiadomości o sprawach."
    ) % {"where": where, "town": settings.MUNICIPALITY["name"], "address": settings.PORTAL_BASE_URL + path}
    try:
        send_mail(_("Potwierdź adres e-mail w portalu eUrząd"), body, None, [email])
    except OSError as error:
        raise TransientError(code="mail") from error
