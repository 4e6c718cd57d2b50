"""One helper for building XML."""

from lxml import etree


def sub(
    parent: etree._Element, namespace: str, name: str, text: str = "", **attributes: str
) -> etree._Element:
    """Append a qualified child with text and attributes, and return it; empty text leaves it empty."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    child.text = text or None
    return child
