"""Who takes which kind of document: functions by the namespace of the root element.

Rooms above register in `AppConfig.ready()`; the mailbox never imports them.
"""

from collections.abc import Callable

from epuap.inbox.models import InboundDocument

Handler = Callable[[InboundDocument], None]

_handlers: dict[str, Handler] = {}


def register(namespace: str, function: Handler) -> None:
    """Let `function` take every document whose root is in `namespace`.

    It runs once per document, in the transaction that marks the document handled, so it only
    writes rows and jobs and calls no network. TransientError repeats it later; any other error
    puts the document into quarantine under the error's `code`. Raises ValueError when the
    namespace is taken by another function.
    """
    if _handlers.get(namespace, function) is not function:
        raise ValueError(f"two handlers for {namespace}")
    _handlers[namespace] = function


def unregister(namespace: str) -> None:
    """Take a handler away; its documents then stay for a clerk."""
    _handlers.pop(namespace, None)


def for_namespace(namespace: str) -> Handler | None:
    """The handler of a namespace, or None: then the document waits for a clerk."""
    return _handlers.get(namespace)
