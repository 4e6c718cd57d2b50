"""How often one place, or one account, may try something; counted in the database, one count for all workers.

Of sign-in itself (the ways in, passwords, codes, confirming them) allauth keeps the limits, in the same cache.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from allauth.core.ratelimit import respond_429
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from eurzad.lib import clock


@dataclass(frozen=True)
class Limit:
    """So many tries in a window of so many seconds."""

    tries: int
    seconds: int = 600


LIMITS = {
    "calendar": Limit(120),
    "email_link": Limit(30),
    "email_message": Limit(5, 24 * 3600),
    "receipt_code": Limit(30),
    "receipt_file": Limit(30),
    "upload": Limit(40),
}
"""`email_message` is counted for an account, the others for a place of the network."""

View = Callable[..., HttpResponse]


def place_of(request: HttpRequest) -> str:
    """Return whence a request comes: the address of the connection, or what the trusted proxy (BEHIND_PROXY) saw.

    Of IPv6 the first 64 bits: who has one such address has them all. Whatever else a header says is not believed.
    """
    return str(truncate_ip(str(get_adapter().get_client_ip(request))))


def is_allowed(action: str, who: str) -> bool:
    """Count a try of `who` in the running window; say whether it is within the limit of `action`."""
    limit = LIMITS[action]
    window = int(clock.now().timestamp()) // limit.seconds
    key = f"limit:{action}:{window}:{who}"
    cache.add(key, 0, limit.seconds)
    try:
        return int(cache.incr(key)) <= limit.tries
    except ValueError:  # gone between the two calls: the window is over
        return True


def limited(action: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """Answer 429 with a page that says what to do, once a place has tried too often."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and not is_allowed(action, place_of(request)):
                refused: HttpResponse = respond_429(request)
                return refused
            return view(request, *args, **kwargs)

        return guarded

    return decorate
