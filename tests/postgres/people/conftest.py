"""The browser and the identity provider of the sign-in tests."""

from tests.support.signin import idp, pz, pz_visitor, refusals, visitor

__all__ = ["idp", "pz", "pz_visitor", "refusals", "visitor"]
