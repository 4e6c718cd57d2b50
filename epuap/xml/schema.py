"""Our own XSDs: what goes out must be valid, what comes in is only remarked upon."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from lxml import etree

_FOLDER = Path(__file__).parent / "schemas"
_LOCK = Lock()
_FORM_NAMESPACE = b"urn:eurzad:form"
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
_ELEMENT = re.compile(r"^Element '(?:\{[^}]*\})?([^']+)'")


class SchemaError(ValueError):
    """A document of our own that our own schema refuses; `elements` are the local names found wrong."""

    def __init__(self, elements: tuple[str, ...]) -> None:
        super().__init__(", ".join(elements))
        self.elements = elements


def violations(root: etree._Element, name: str, *, namespace: str = "") -> tuple[str, ...]:
    """Return the local names of the elements that break schema `name` ("wniosek"), each once, in order.

    `namespace` is the one of the town's own form, for a schema that leaves it open.
    """
    schema = _schema(name, namespace)
    with _LOCK:  # the log of errors belongs to the schema, not to the call
        if schema.validate(root):
            return ()
        log: Any = schema.error_log
        found = [_ELEMENT.match(entry.message) for entry in log]
    return tuple(dict.fromkeys(match.group(1) for match in found if match is not None)) or ("?",)


def require_valid(root: etree._Element, name: str, *, namespace: str = "") -> None:
    """Raise SchemaError if the document breaks schema `name`."""
    found = violations(root, name, namespace=namespace)
    if found:
        raise SchemaError(found)


@lru_cache(maxsize=16)
def _schema(name: str, namespace: str) -> etree.XMLSchema:
    source = (_FOLDER / f"{name}.xsd").read_bytes()
    if namespace:
        source = source.replace(_FORM_NAMESPACE, namespace.encode().replace(b"&", b"&amp;"))
    return etree.XMLSchema(etree.fromstring(source, _PARSER, base_url=f"{_FOLDER.as_uri()}/"))
