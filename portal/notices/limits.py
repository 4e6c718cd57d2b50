"""How often one address may ask for calendars: a secret address is not to be guessed, and a feed costs work."""

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
PER_WINDOW = 120


def is_allowed(request: HttpRequest) -> bool:
    """Count this request for its address; say whether it is within the limit.

    Only a keyed hash of the address is kept. Without a cache everybody is let through: 256 bits are not guessed.
    """
    address = str(get_adapter().get_client_ip(request))
    window = int(time.time()) // WINDOW_SECONDS
    mark = hmac.digest(settings.SECRET_KEY.encode(), f"calendar:{window}:{address}".encode(), "sha256").hex()
    key = f"notices.calendar:{mark}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key) <= PER_WINDOW
    except ValueError:  # gone between the two calls: the window is over
        return True
    except RedisError as error:
        logger.warning("no limits: cache unreachable code=%s", type(error).__name__)
        return True
