"""What an identity provider says of a person who has signed in: the truth, or the lie a test has ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from lxml import etree

from epuap.simulator import failures, keys
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name
from epuap.simulator.keys import Credential
from epuap.simulator.models import SignIn
from epuap.simulator.people import Person
from epuap.simulator.providers import Provider
from epuap.simulator.wire import dsig, saml
from eurzad.lib import clock
from eurzad.lib.personas import DEMO

ASSERTION_LIFETIME = timedelta(minutes=50)
OTHER_ISSUER = "inny-wystawca.example.test"


def _recipient(provider: Provider) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    key = keys.peer_certificate(provider.sp_certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey if provider.is_node else rsa.RSAPublicKey):
        raise Refused("sp_key", "the service provider's key is of another kind than agreed")
    return key


def _facts(sign_in: SignIn, provider: Provider) -> saml.Answer:
    now = clock.now()
    answer = saml.Answer(
        request_id=sign_in.request_id,
        acs_url=sign_in.acs_url,
        audience=provider.sp_entity_id,
        issuer=provider.entity_id,
        session_index=sign_in.session_index,
        issued_at=now,
        valid_from=now,
        valid_to=now + ASSERTION_LIFETIME,
    )
    if failures.take(Name.IDP_EXPIRED):
        answer = replace(answer, valid_from=now - timedelta(hours=2), valid_to=now - timedelta(hours=1))
    if failures.take(Name.IDP_WRONG_ISSUER):
        answer = replace(answer, issuer=OTHER_ISSUER)
    if failures.take(Name.IDP_WRONG_REQUEST):
        answer = replace(answer, request_id="ID-of-somebody-else")
    if failures.take(Name.IDP_WRONG_RECIPIENT):
        answer = replace(answer, acs_url="https://inny-portal.example.test/saml/acs/")
    if failures.take(Name.IDP_LOW_ASSURANCE):
        answer = replace(answer, level=saml.LEVELS[0])
    return answer


def _assertion(
    answer: saml.Answer, person: Person, provider: Provider, credential: Credential | None
) -> etree._Element:
    session_only = not provider.is_node and (
        "session" in settings.SIM_PZ_MODE or failures.take(Name.PZ_SESSION_ONLY)
    )
    if failures.take(Name.IDP_WRONG_AUDIENCE):
        answer = replace(answer, audience="https://inny-portal.example.test/")
    source = "pz.gov.pl" if provider.is_node else ""
    assertion = saml.build_assertion(answer, person, source=source, attributes=not session_only)
    if credential is not None:
        dsig.sign_saml(assertion, credential)
    if failures.take(Name.IDP_BAD_ASSERTION):
        values = assertion.findall(".//saml2:AttributeValue", saml.NS)
        changed = values or assertion.findall("saml2:Subject/saml2:NameID", saml.NS)
        changed[-1].text = DEMO.pesel
    return assertion


def _encrypted(assertion: etree._Element, answer: saml.Answer, provider: Provider) -> etree._Element:
    if provider.is_node:
        short_key = failures.take(Name.IDP_SHORT_KEY)
        return saml.encrypt(assertion, answer, _recipient(provider), short_key=short_key)
    newer = failures.take(Name.PZ_ENCRYPTED_SHA256)
    if newer or failures.take(Name.PZ_ENCRYPTED) or "encrypted" in settings.SIM_PZ_MODE:
        return saml.encrypt(assertion, answer, _recipient(provider), newer=newer)
    return assertion


def cancelled(sign_in: SignIn, provider: Provider) -> etree._Element:
    """Return the unsigned Response that says nobody has signed in."""
    response = saml.build_response(
        "Response",
        provider.entity_id,
        in_response_to=sign_in.request_id,
        status=("Responder", "AuthnFailed"),
    )
    response.set("Destination", sign_in.acs_url)
    return response


def build_response(sign_in: SignIn, provider: Provider, credential: Credential | None) -> etree._Element:
    """Return the unsigned Response to a sign-in, its assertion signed with `credential` (None: not at all)."""
    if sign_in.outcome == "cancelled" or failures.take(Name.IDP_CANCELLED):
        return cancelled(sign_in, provider)
    answer = _facts(sign_in, provider)
    assertion = _assertion(answer, Person(**sign_in.person), provider, credential)
    return saml.build_success(answer, _encrypted(assertion, answer, provider))
