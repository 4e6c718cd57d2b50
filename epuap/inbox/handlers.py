"""Who takes which kind of document: functions by the namespace of the root element.

Rooms above register in `AppConfig.ready()`; the mailbox never imports them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from epuap.inbox.models import InboundDocument

Check = Callable[[InboundDocument], Any]
Handler = Callable[..., None]


@dataclass(frozen=True)
class _Registered:
    handler: Handler
    check: Check | None


_handlers: dict[str, _Registered] = {}


class Unclaimed(Exception):
    """Raised by a handler whose kind of document it is, but that cannot place this one: it then waits for
    a clerk under `code`. What the handler wrote before stays."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def register(namespace: str, function: Handler, *, check: Check | None = None) -> None:
    """Let `function` take every document whose root is in `namespace`.

    Of a document inside an enveloping signature it is the root of the document that counts. The function
    runs once per document, in the transaction that marks the document handled, so it only
    writes rows and jobs and calls no network. What takes long or asks somebody outside (whose signature is it,
    was the certificate revoked) is for `check`: it runs before that transaction, writes nothing, may run again,
    and what it returns is the second argument of the function. From either, TransientError repeats the handling
    later; any other error puts the document into quarantine under the error's `code`; Unclaimed from the function
    leaves the document to a clerk. Raises ValueError when the namespace is taken by another function.
    """
    if namespace in _handlers and _handlers[namespace].handler is not function:
        raise ValueError(f"two handlers for {namespace}")
    _handlers[namespace] = _Registered(function, check)


def unregister(namespace: str) -> None:
    """Take a handler away; its documents then stay for a clerk."""
    _handlers.pop(namespace, None)


def prepare(document: InboundDocument) -> Callable[[], None] | None:
    """Check the document and return what is left to do in the transaction; None without a handler of its
    namespace: then it waits for a clerk."""
    registered = _handlers.get(document.root_namespace)
    if registered is None:
        return None
    if registered.check is None:
        return partial(registered.handler, document)
    return partial(registered.handler, document, registered.check(document))
