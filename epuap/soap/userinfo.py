"""tpUserInfo: who stands behind a session of the trusted profile's sign-in.

Source: the integrator's fact sheet: namespace `http://userinfo.zp.epuap.gov.pl`, unqualified children, SOAP 1.1
with WS-Security; the person comes as a serialised `PodpisZP` in a text node.
"""

from typing import Self

from lxml import etree

from epuap.signatures.report import Person
from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer
from epuap.xml.persons import NoPerson, person_of_statement
from eurzad.lib import xml

USERINFO = "http://userinfo.zp.epuap.gov.pl"
_MAX_STATEMENT = 64 * 1024
_OWN_ORGANISATION = "0"


class UserInfoClient:
    """The service that tells persons of sessions."""

    def __init__(self, config: SoapConfig, url: str) -> None:
        self.config = config
        self.url = url

    @classmethod
    def from_settings(cls, url: str) -> Self:
        """Build a client for the service at `url`; raises PermanentError (`soap.settings`)."""
        return cls(SoapConfig.from_settings(), url)

    def person_of_session(self, session_id: str) -> Person:
        """Return the person who opened a session (`tgsid`: ID of the assertion).

        Raises TransientError and PermanentError as every call; BadAnswer (`userinfo.person`) when the signed
        answer names nobody.
        """
        body = messages.element(
            USERINFO, "getTpUserInfo", tgsid=session_id, systemOrganisationId=_OWN_ORGANISATION
        )
        answer = messages.call(self.config, self.url, body, action="getTpUserInfo")
        messages.require_name(answer, USERINFO, "getTpUserInfoResponse")
        try:
            return person_of_statement(_statement(answer))
        except (NoPerson, xml.XmlRejected) as error:
            raise BadAnswer(error.code, code="userinfo.person") from error


def _statement(answer: etree._Element) -> etree._Element:
    """Return the PodpisZP that stands as text (or, tolerantly, as an element) in the one claimedRole."""
    roles = answer.findall("{*}getTpUserInfoReturn/{*}claimedRole")
    if len(roles) != 1:
        raise BadAnswer(f"{len(roles)} claimed roles", code="userinfo.person")
    if len(roles[0]):
        return roles[0][0]
    return xml.parse(xml.text_of(roles[0]).encode(), max_bytes=_MAX_STATEMENT, max_nodes=500)
