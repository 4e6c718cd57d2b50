"""Through which channels one can apply for access: the sign-in page says so, a room above knows."""

from collections.abc import Callable

_sources: list[Callable[[], list[str]]] = []


def register(source: Callable[[], list[str]]) -> None:
    """Say who knows the codes of the open channels."""
    _sources.append(source)


def open_doors() -> list[str]:
    """Codes of the channels that take applications now."""
    return [code for source in _sources for code in source()]
