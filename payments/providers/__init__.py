"""Ways to pay. One folder per provider, each with a `build()` that reads its own settings.

A provider talks to one payment service and translates: it returns the dataclasses of `base`, raises
the errors of `base`, and never saves anything. Nothing here knows models or services.
"""

from functools import cache
from importlib import import_module

from django.conf import settings

from payments.providers.base import Provider


def names() -> list[str]:
    """The providers this town has switched on, in the order they are offered."""
    return list(settings.PAYMENT_PROVIDERS)


def get(name: str) -> Provider:
    """The provider of this name. Raises `KeyError` when it is not switched on."""
    if name not in settings.PAYMENT_PROVIDERS:
        raise KeyError(name)
    return _built(name)


@cache
def _built(name: str) -> Provider:
    provider: Provider = import_module(f"payments.providers.{name}").build()
    return provider


def forget() -> None:
    """Build the providers anew on next use (their settings have changed)."""
    _built.cache_clear()
