"""The browser and the identity provider of the sign-in tests."""

from tests.support.signin import idp, refusals, visitor

__all__ = ["idp", "refusals", "visitor"]
