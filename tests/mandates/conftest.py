from tests.support.signin import idp, visitor

__all__ = ["idp", "visitor"]
