"""The identity providers: from a signed AuthnRequest to an answer, by artifact or through the browser."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from lxml import etree

from epuap.simulator import answers, failures, keys, providers
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name
from epuap.simulator.keys import Credential
from epuap.simulator.models import SignIn
from epuap.simulator.people import Person
from epuap.simulator.providers import Provider
from epuap.simulator.wire import dsig, saml, soap
from eurzad.lib import clock

ARTIFACT_LIFETIME = timedelta(seconds=60)


def publish_metadata(folder: Path) -> None:
    """Write the metadata of both providers for the portal to read."""
    for provider in (providers.node(), providers.trusted_profile()):
        document = saml.build_metadata(
            provider.entity_id,
            keys.load(provider.credential),
            sso_url=provider.sso_url,
            artifact_url=provider.artifact_url,
            logout_url=provider.logout_url,
        )
        (folder / provider.metadata_file).write_bytes(document)


def accept_request(provider: Provider, saml_request: str, relay_state: str) -> SignIn:
    """Check a posted AuthnRequest and remember it; raises Refused."""
    if len(relay_state.encode()) > 500:
        raise Refused("relay_state", "RelayState is too long")
    try:
        data = base64.b64decode("".join(saml_request.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("base64") from error
    request = saml.read_authn_request(
        data,
        certificate=keys.peer_certificate(provider.sp_certificate),
        issuer=provider.sp_entity_id,
        destination=provider.sso_url,
        portal_url=settings.PORTAL_BASE_URL,
        node=provider.is_node,
    )
    try:
        with transaction.atomic():
            return SignIn.objects.create(
                provider=provider.name,
                by_post=request.binding == saml.POST_BINDING,
                request_id=request.request_id,
                acs_url=request.acs_url,
                relay_state=relay_state,
            )
    except IntegrityError as error:
        raise Refused("replay", "this AuthnRequest has been used before") from error


def answer_request(sign_in: SignIn, person: Person | None) -> dict[str, str]:
    """Record who signed in (None: nobody, cancelled); return the fields that the browser carries back."""
    provider = providers.by_name(sign_in.provider)
    handle = b"" if sign_in.by_post else secrets.token_bytes(20)
    chosen = SignIn.objects.filter(pk=sign_in.pk, outcome="").update(
        outcome="authenticated" if person else "cancelled",
        person=person.as_dict() if person else {},
        artifact_handle=handle.hex(),
        artifact_issued_at=clock.now(),
        session_index=saml.new_id() if person else "",
    )
    if not chosen:
        raise Refused("answered", "this sign-in has been answered already")
    fields = {"RelayState": sign_in.relay_state} if sign_in.relay_state else {}
    if sign_in.by_post:
        sign_in.refresh_from_db()
        response = etree.tostring(_posted(sign_in, provider), encoding="UTF-8", xml_declaration=True)
        return {"SAMLResponse": base64.b64encode(response).decode(), **fields}
    if failures.take(Name.IDP_UNKNOWN_ARTIFACT):
        handle = secrets.token_bytes(20)
    return {"SAMLart": saml.build_artifact(provider.entity_id, handle), **fields}


def _credential(provider: Provider) -> Credential:
    stranger = failures.take(Name.IDP_FOREIGN_KEY)
    return keys.load(provider.stranger if stranger else provider.credential)


def _alter(message: etree._Element) -> None:
    """Change a message that has been signed, as somebody in the middle would."""
    message.set("IssueInstant", saml.instant(clock.now() + timedelta(seconds=1)))


def _posted(sign_in: SignIn, provider: Provider) -> etree._Element:
    credential = None if failures.take(Name.IDP_UNSIGNED) else _credential(provider)
    response = answers.build_response(sign_in, provider, credential)
    if credential is not None:
        dsig.sign_saml(response, credential)
    if failures.take(Name.IDP_BAD_SIGNATURE):
        _alter(response)
    return response


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
    if not taken:
        return None
    sign_in = SignIn.objects.get(artifact_handle=handle.hex())
    if failures.take(Name.IDP_ARTIFACT_TWICE):
        SignIn.objects.filter(pk=sign_in.pk).update(artifact_resolved_at=None)
    return sign_in


def _check(request: etree._Element, provider: Provider, *, destination: str | None = None) -> None:
    saml.check_message(request, issuer=provider.sp_entity_id)
    dsig.verify_saml(request, keys.peer_certificate(provider.sp_certificate))
    if destination is not None and request.get("Destination") != destination:
        raise Refused("destination")


def resolve_artifact(provider: Provider, data: bytes) -> etree._Element:
    """Answer a SOAP ArtifactResolve with a signed ArtifactResponse; raises Refused for what is not one."""
    request = soap.read(data).payload
    if request.tag != f"{{{saml.SAMLP}}}ArtifactResolve":
        raise Refused("not_artifact_resolve")
    request_id = request.get("ID", "")
    try:
        _check(request, provider)
    except Refused:
        return _signed(provider, "ArtifactResponse", request_id, ("Requester", "RequestDenied"))
    text = request.findtext("saml2p:Artifact", "", saml.NS).strip()
    sign_in = _take_artifact(saml.read_artifact(text, provider.entity_id))
    # SAML core 3.5.3: an artifact nobody knows gets Success with no message inside.
    if sign_in is None:
        return _signed(provider, "ArtifactResponse", request_id, ("Success",))
    return _resolved(provider, sign_in, request_id)


def _resolved(provider: Provider, sign_in: SignIn, request_id: str) -> etree._Element:
    unsigned, credential = failures.take(Name.IDP_UNSIGNED), _credential(provider)
    # The node's assertion stays signed inside its encryption; of Profil Zaufany nothing stays signed.
    inside = None if unsigned and not provider.is_node else credential
    content = answers.build_response(sign_in, provider, inside)
    if inside is not None and not provider.is_node:
        dsig.sign_saml(content, inside)
    outer = saml.build_response(
        "ArtifactResponse", provider.entity_id, in_response_to=request_id, status=("Success",)
    )
    outer.append(content)
    if unsigned:
        return outer
    dsig.sign_saml(outer, credential)
    if failures.take(Name.IDP_BAD_SIGNATURE):
        _alter(outer)
    return outer


def _signed(provider: Provider, name: str, in_response_to: str, status: tuple[str, ...]) -> etree._Element:
    response = saml.build_response(name, provider.entity_id, in_response_to=in_response_to, status=status)
    dsig.sign_saml(response, keys.load(provider.credential))
    return response


def log_out(provider: Provider, data: bytes) -> etree._Element:
    """Answer a SOAP LogoutRequest; raises Refused for what is not one."""
    request = soap.read(data).payload
    if request.tag != f"{{{saml.SAMLP}}}LogoutRequest":
        raise Refused("not_logout_request")
    request_id = request.get("ID", "")
    try:
        _check(request, provider, destination=provider.logout_url)
    except Refused:
        return _signed(provider, "LogoutResponse", request_id, ("Requester", "RequestDenied"))
    index = request.findtext("saml2p:SessionIndex", "", saml.NS).strip()
    sessions = SignIn.objects.exclude(session_index="").filter(provider=provider.name, session_index=index)
    if not sessions.filter(ended_at=None).update(ended_at=clock.now()):
        return _signed(provider, "LogoutResponse", request_id, ("Requester", "UnknownPrincipal"))
    return _signed(provider, "LogoutResponse", request_id, ("Success",))
