"""Fixtures of sign-in."""

from tests.support.signin import idp, refusals, visitor

__all__ = ["idp", "refusals", "visitor"]
