"""getTpUserInfo: who stands behind a session of Profil Zaufany."""

from __future__ import annotations

from lxml import etree

from epuap.simulator.people import Person
from epuap.simulator.wire import xades
from epuap.simulator.wire.build import sub

NAMESPACE = "http://userinfo.zp.epuap.gov.pl"
REQUEST = f"{{{NAMESPACE}}}getTpUserInfo"


def build_answer(person: Person | None) -> etree._Element:
    """Return getTpUserInfoResponse: its children unqualified, the person as escaped text of a PodpisZP."""
    root = etree.Element(f"{{{NAMESPACE}}}getTpUserInfoResponse", nsmap={"ns": NAMESPACE})
    found = sub(root, "", "getTpUserInfoReturn")
    if person is not None:
        email = f"{person.login or 'konto'}@example.test"
        sub(found, "", "accountEmailAddress", email)
        sub(found, "", "claimedRole", etree.tostring(xades.podpis_zp(person), encoding="unicode"))
    return root
