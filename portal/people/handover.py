"""demo/demo of a live portal is handed over to the demo instance with a token: signed, short-lived, used once.

The token is a moment and a random number under HMAC-SHA-256 of a key that both instances hold. It says nothing of
who brings it, and whoever does gets a copy of invented data.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from eurzad.lib import clock
from portal.people.models import UsedHandover

LIFETIME = timedelta(minutes=1)
_SKEW = timedelta(seconds=30)
"""The clocks of the two instances may differ by so much."""
_RANDOM, _MOMENT = 16, struct.Struct(">Q")
_SIZE = _MOMENT.size + _RANDOM + hashlib.sha256().digest_size


class HandoverRefused(Exception):
    """The token opens nothing; `code` says why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_offered() -> bool:
    """Tell whether this live portal hands demo/demo over."""
    return bool(settings.DEMO_URL) and not settings.DEMO_MODE


def demo_address() -> str:
    """Where the browser goes with a new token (on the demo instance)."""
    parts = urlsplit(settings.DEMO_URL)
    query = urlencode({"token": new_token()})
    return f"{parts.scheme}://{parts.netloc}{reverse('demo_handover')}?{query}"


def new_token() -> str:
    """Return a token that opens one copy within a minute from now."""
    message = _MOMENT.pack(int(clock.now().timestamp())) + os.urandom(_RANDOM)
    return base64.urlsafe_b64encode(message + _sign(message)).decode().rstrip("=")


def use_token(token: str) -> None:
    """Accept a token, once whatever the number of workers. Raises HandoverRefused."""
    message = _verified(token)
    issued = _MOMENT.unpack_from(message)[0]
    age = clock.now().timestamp() - issued
    if not -_SKEW.total_seconds() <= age <= LIFETIME.total_seconds():
        raise HandoverRefused("old")
    digest = hashlib.sha256(message).hexdigest()
    try:
        with transaction.atomic():
            UsedHandover.objects.create(digest=digest, used_at=clock.now())
    except IntegrityError as error:
        raise HandoverRefused("used") from error


def forget_old() -> int:
    """Forget tokens that are too old to be believed anyway; return how many."""
    return UsedHandover.objects.filter(used_at__lt=clock.now() - 10 * LIFETIME).delete()[0]


def _verified(token: str) -> bytes:
    if not settings.DEMO_HANDOVER_KEY:
        raise HandoverRefused("no_key")
    try:
        whole = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error) as error:
        raise HandoverRefused("unreadable") from error
    message, signature = whole[: -hashlib.sha256().digest_size], whole[-hashlib.sha256().digest_size :]
    if len(whole) != _SIZE or not hmac.compare_digest(signature, _sign(message)):
        raise HandoverRefused("signature")
    return message


def _sign(message: bytes) -> bytes:
    key = base64.b64decode(settings.DEMO_HANDOVER_KEY)
    return hmac.new(key, b"eurzad demo handover" + message, hashlib.sha256).digest()
