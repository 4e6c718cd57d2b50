"""How often one address may try: codes are not to be guessed, and checking a file costs work."""

import hmac
import logging
import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 600
CODES_PER_WINDOW = 30
FILES_PER_WINDOW = 30


def is_allowed(request: HttpRequest, action: str, *, limit: int) -> bool:
    """Count a try of this address in the running window; say whether it is within the limit.

    The address itself is not kept, only its keyed hash. Without a cache everybody is let through: the codes are
    too long to be guessed, and a file is bounded by itself.
    """
    address = str(get_adapter().get_client_ip(request))
    window = int(time.time()) // WINDOW_SECONDS
    mark = hmac.digest(settings.SECRET_KEY.encode(), f"{action}:{window}:{address}".encode(), "sha256").hex()
    key = f"channels.limit:{mark}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key) <= limit
    except ValueError:  # gone between the two calls: the window is over
        return True
    except RedisError as error:
        logger.warning("no limits: cache unreachable code=%s", type(error).__name__)
        return True
