"""Who takes which kind of document: functions by the namespace of the root element.

Rooms above register in `AppConfig.ready()`; the mailbox never imports them.
"""

from collections.abc import Callable

from epuap.inbox.models import InboundDocument

Handler = Callable[[InboundDocument], None]

_handlers: dict[str, Handler] = {}


class Unclaimed(Exception):
    """Raised by a handler whose kind of document it is, but that cannot place this one: it then waits for
    a clerk under `code`. What the handler wrote before stays."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def register(namespace: str, function: Handler) -> None:
    """Let `function` take every document whose root is in `namespace`.

    Of a document inside an enveloping signature it is the root of the document that counts. The function
    runs once per document, in the transaction that marks the document handled, so it only
    writes rows and jobs and calls no network. TransientError repeats it later, Unclaimed leaves the document
    to a clerk; any other error puts the document into quarantine under the error's `code`. Raises ValueError
    when the namespace is taken by another function.
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
