"""The national node: from a signed AuthnRequest to an artifact, and from the artifact to an assertion."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import IntegrityError, transaction
from lxml import etree

from epuap.simulator import keys
from epuap.simulator.errors import Refused
from epuap.simulator.models import Behaviour, SignIn
from epuap.simulator.people import Person
from epuap.simulator.wire import dsig, saml, soap
from eurzad.lib import clock
from eurzad.lib.personas import DEMO

ARTIFACT_LIFETIME = timedelta(seconds=60)
ASSERTION_LIFETIME = timedelta(minutes=50)
Name = Behaviour.Name


def sso_url() -> str:
    """Where browsers post AuthnRequests."""
    return f"{settings.SIM_BASE_URL}/login/SingleSignOnService"


def publish_metadata(path: Path) -> None:
    """Write the node's metadata for the portal to read."""
    path.write_bytes(
        saml.build_metadata(
            settings.SIM_IDP_ENTITY_ID,
            keys.load("idp"),
            base_url=settings.SIM_BASE_URL,
            service_url=settings.SIM_SERVICE_URL,
        )
    )


def accept_request(saml_request: str, relay_state: str) -> SignIn:
    """Check a posted AuthnRequest and remember it; raises Refused."""
    if len(relay_state.encode()) > 500:
        raise Refused("relay_state", "RelayState is too long")
    try:
        data = base64.b64decode("".join(saml_request.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("base64") from error
    request = saml.read_authn_request(
        data,
        certificate=keys.peer_certificate(settings.SIM_SP_CERT),
        issuer=settings.SIM_SP_ENTITY_ID,
        destination=sso_url(),
        portal_url=settings.PORTAL_BASE_URL,
    )
    try:
        with transaction.atomic():
            return SignIn.objects.create(
                request_id=request.request_id, acs_url=request.acs_url, relay_state=relay_state
            )
    except IntegrityError as error:
        raise Refused("replay", "this AuthnRequest has been used before") from error


def answer_request(sign_in: SignIn, person: Person | None) -> str:
    """Record who signed in (None: nobody, cancelled) and return the artifact for the browser."""
    handle = secrets.token_bytes(20)
    chosen = SignIn.objects.filter(pk=sign_in.pk, outcome="").update(
        outcome="authenticated" if person else "cancelled",
        person=person.as_dict() if person else {},
        artifact_handle=handle.hex(),
        artifact_issued_at=clock.now(),
        session_index=saml.new_id() if person else "",
    )
    if not chosen:
        raise Refused("answered", "this sign-in has been answered already")
    if Behaviour.take(Name.IDP_UNKNOWN_ARTIFACT):
        handle = secrets.token_bytes(20)
    return saml.build_artifact(settings.SIM_IDP_ENTITY_ID, handle)


def _sp_key() -> ec.EllipticCurvePublicKey:
    key = keys.peer_certificate(settings.SIM_SP_CERT).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused("sp_key", "the service provider's key is not an EC key")
    return key


def _take_artifact(handle: bytes | None) -> SignIn | None:
    """Use up an artifact; it resolves once and for a minute."""
    if handle is None:
        return None
    now = clock.now()
    taken = SignIn.objects.filter(
        artifact_handle=handle.hex(),
        artifact_resolved_at=None,
        artifact_issued_at__gt=now - ARTIFACT_LIFETIME,
    ).update(artifact_resolved_at=now)
    return SignIn.objects.get(artifact_handle=handle.hex()) if taken else None


def _answer(sign_in: SignIn) -> saml.Answer:
    now = clock.now()
    answer = saml.Answer(
        request_id=sign_in.request_id,
        acs_url=sign_in.acs_url,
        audience=settings.SIM_SP_ENTITY_ID,
        issuer=settings.SIM_IDP_ENTITY_ID,
        session_index=sign_in.session_index,
        issued_at=now,
        valid_from=now,
        valid_to=now + ASSERTION_LIFETIME,
    )
    if Behaviour.take(Name.IDP_EXPIRED):
        answer = replace(answer, valid_from=now - timedelta(hours=2), valid_to=now - timedelta(hours=1))
    if Behaviour.take(Name.IDP_WRONG_REQUEST):
        answer = replace(answer, request_id="ID-of-somebody-else")
    if Behaviour.take(Name.IDP_WRONG_RECIPIENT):
        answer = replace(answer, acs_url="https://inny-portal.example.test/saml/acs/")
    if Behaviour.take(Name.IDP_LOW_ASSURANCE):
        answer = replace(answer, level=saml.LEVELS[0])
    return answer


def _build_response(sign_in: SignIn) -> etree._Element:
    if sign_in.outcome == "cancelled":
        return saml.build_response(
            "Response",
            settings.SIM_IDP_ENTITY_ID,
            in_response_to=sign_in.request_id,
            status=("Responder", "AuthnFailed"),
        )
    answer = _answer(sign_in)
    in_assertion = answer
    if Behaviour.take(Name.IDP_WRONG_AUDIENCE):
        in_assertion = replace(answer, audience="https://inny-portal.example.test/")
    assertion = saml.build_assertion(in_assertion, Person(**sign_in.person), keys.load("idp"))
    if Behaviour.take(Name.IDP_BAD_ASSERTION):
        assertion.findall(".//saml2:AttributeValue", saml.NS)[-1].text = DEMO.pesel
    return saml.wrap_assertion(
        assertion,
        answer,
        recipient=_sp_key(),
        content_key_bytes=16 if Behaviour.take(Name.IDP_SHORT_KEY) else 32,
    )


def resolve_artifact(data: bytes) -> etree._Element:
    """Answer a SOAP ArtifactResolve with a signed ArtifactResponse; raises Refused for what is not one."""
    request = soap.read(data).payload
    if request.tag != f"{{{saml.SAMLP}}}ArtifactResolve":
        raise Refused("not_artifact_resolve")
    request_id = request.get("ID", "")
    try:
        saml.check_message(request, issuer=settings.SIM_SP_ENTITY_ID)
        dsig.verify_saml(request, keys.peer_certificate(settings.SIM_SP_CERT))
    except Refused:
        return _signed("ArtifactResponse", request_id, ("Requester", "RequestDenied"))
    text = request.findtext("saml2p:Artifact", "", saml.NS).strip()
    sign_in = _take_artifact(saml.read_artifact(text, settings.SIM_IDP_ENTITY_ID))
    # SAML core 3.5.3: an artifact nobody knows gets Success with no message inside.
    content = _build_response(sign_in) if sign_in else None
    return _signed("ArtifactResponse", request_id, ("Success",), content)


def _signed(
    name: str, in_response_to: str, status: tuple[str, ...], content: etree._Element | None = None
) -> etree._Element:
    response = saml.build_response(
        name, settings.SIM_IDP_ENTITY_ID, in_response_to=in_response_to, status=status
    )
    if content is not None:
        response.append(content)
    if content is not None and Behaviour.take(Name.IDP_UNSIGNED):
        return response
    dsig.sign_saml(response, keys.load("idp"))
    if content is not None and Behaviour.take(Name.IDP_BAD_SIGNATURE):
        response.set("IssueInstant", saml.instant(clock.now() + timedelta(seconds=1)))
    return response


def _check_destination(request: etree._Element, path: str) -> None:
    if request.get("Destination") != f"{settings.SIM_SERVICE_URL}{path}":
        raise Refused("destination")


def log_out(data: bytes) -> etree._Element:
    """Answer a SOAP LogoutRequest; raises Refused for what is not one."""
    request = soap.read(data).payload
    if request.tag != f"{{{saml.SAMLP}}}LogoutRequest":
        raise Refused("not_logout_request")
    request_id = request.get("ID", "")
    try:
        saml.check_message(request, issuer=settings.SIM_SP_ENTITY_ID)
        dsig.verify_saml(request, keys.peer_certificate(settings.SIM_SP_CERT))
        _check_destination(request, "/login-services/singleLogoutService")
    except Refused:
        return _signed("LogoutResponse", request_id, ("Requester", "RequestDenied"))
    index = request.findtext("saml2p:SessionIndex", "", saml.NS).strip()
    ended = SignIn.objects.exclude(session_index="").filter(session_index=index, ended_at=None)
    if not ended.update(ended_at=clock.now()):
        return _signed("LogoutResponse", request_id, ("Requester", "UnknownPrincipal"))
    return _signed("LogoutResponse", request_id, ("Success",))
