"""One helper for building XML."""

from lxml import etree


def sub(
    parent: etree._Element, namespace: str, name: str, text: str = "", **attributes: str
) -> etree._Element:
    """Append a child with text and attributes, qualified unless `namespace` is ""; empty text leaves it empty."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name, attributes)
    child.text = text or None
    return child
