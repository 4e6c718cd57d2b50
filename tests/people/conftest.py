"""Fixtures of sign-in."""

from tests.support.signin import idp, pz, pz_visitor, refusals, visitor

__all__ = ["idp", "pz", "pz_visitor", "refusals", "visitor"]
