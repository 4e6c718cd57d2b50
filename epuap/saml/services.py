"""A sign-in from the request to the verified person, and single logout afterwards."""

import base64
import hashlib
import hmac
import logging
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from epuap.saml import config, messages, names, transport
from epuap.saml.artifact import resolution_url
from epuap.saml.assertion import Expectation, VerifiedPerson
from epuap.saml.errors import SignInRefused
from epuap.saml.models import SignInRequest
from epuap.saml.response import check_status, read_answer, read_signed_body
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError, TransientError
from eurzad.outbox import services as outbox

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=1)
LOGOUT_SECONDS = 3.0


@dataclass(frozen=True)
class Started:
    """What the browser needs to go to the identity provider, and to be known when it comes back.

    `binding` is a secret for the browser that began; `saml_request` is base64.
    """

    request: SignInRequest
    destination: str
    saml_request: str
    relay_state: str
    binding: str


def acs_url(idp: str) -> str:
    """Return the absolute URL at which the portal receives artifacts from `idp`."""
    return f"{settings.PORTAL_BASE_URL}/saml/{idp}/acs/"


def begin_sign_in(*, idp: str, next_url: str = "") -> Started:
    """Record a new request and build its signed message. Raises UnknownProvider, SignInRefused."""
    provider = config.identity_provider(idp)
    relay_state, binding = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    now = clock.now()
    request = SignInRequest.objects.create(
        idp=idp,
        request_id=messages.new_id(),
        relay_state_hash=_digest(relay_state),
        binding_hash=_digest(binding),
        next_url=next_url if len(next_url) <= 500 else "",
        created_at=now,
        expires_at=now + LIFETIME,
    )
    message = messages.authn_request(
        request_id=request.request_id,
        issued_at=now,
        destination=provider.sso_url,
        acs_url=acs_url(idp),
        sp=config.service_provider(),
    )
    return Started(request, provider.sso_url, base64.b64encode(message).decode(), relay_state, binding)


def receive_artifact(*, idp: str, artifact: str, relay_state: str) -> uuid.UUID:
    """Park an artifact with the request that its relay state names and return that request's public id.

    The same answer posted twice parks once. Raises UnknownProvider, SignInRefused.
    """
    resolution_url(artifact, config.identity_provider(idp))
    request = SignInRequest.objects.filter(idp=idp, relay_state_hash=_digest(relay_state)).first()
    if request is None:
        raise SignInRefused("unsolicited")
    _require_open(request)
    try:
        with transaction.atomic():
            SignInRequest.objects.filter(pk=request.pk, artifact="", consumed_at=None).update(
                artifact=artifact, artifact_hash=_digest(artifact)
            )
    except IntegrityError as error:
        raise SignInRefused("artifact_replayed") from error
    request.refresh_from_db(fields=("artifact",))
    if request.artifact != artifact:
        raise SignInRefused("artifact_second")
    return request.public_id


def finish_sign_in(*, idp: str, public_id: uuid.UUID, binding: str) -> tuple[VerifiedPerson, SignInRequest]:
    """Use a request up, resolve its artifact and return the person. Raises UnknownProvider, SignInRefused.

    The request is consumed before anything is sent, by one conditional update, so that of several attempts,
    in whatever worker, exactly one goes on.
    """
    provider = config.identity_provider(idp)
    request = SignInRequest.objects.filter(idp=idp, public_id=public_id).first()
    if request is None or request.artifact_hash is None:
        raise SignInRefused("unsolicited")
    if not hmac.compare_digest(request.binding_hash, _digest(binding)):
        raise SignInRefused("other_browser")
    _require_open(request)
    used = SignInRequest.objects.filter(pk=request.pk, consumed_at=None).update(
        consumed_at=clock.now(), artifact=""
    )
    if not used:
        raise SignInRefused("already_used")
    sp = config.service_provider()
    resolve_id = messages.new_id()
    answer = _ask(
        resolution_url(request.artifact, provider),
        messages.artifact_resolve(
            message_id=resolve_id, issued_at=clock.now(), artifact=request.artifact, sp=sp
        ),
    )
    person = read_answer(
        answer,
        resolve_id=resolve_id,
        expected=Expectation(
            issuer=provider.entity_id,
            audience=sp.entity_id,
            acs_url=acs_url(idp),
            request_id=request.request_id,
            now=clock.now(),
        ),
        certificates=provider.certificates,
        private_key=sp.private_key,
    )
    SignInRequest.objects.filter(pk=request.pk).update(
        name_id=person.name_id, session_index=person.session_index
    )
    return person, request


def request_logout(public_id: str) -> None:
    """Have the identity provider told, later and elsewhere, that a session made by this request has ended."""
    outbox.enqueue("saml.logout", key=f"saml.logout:{public_id}", request_id=str(public_id))


def send_logout(public_id: uuid.UUID) -> None:
    """Send single logout for a request; without a logout service or a session to end there is nothing to do.

    Raises TransientError when the identity provider doesn't answer.
    """
    request = SignInRequest.objects.filter(public_id=public_id).exclude(name_id="").first()
    if request is None:
        return
    provider, sp = config.identity_provider(request.idp), config.service_provider()
    if provider.logout_url:
        message_id = messages.new_id()
        answer = transport.post_soap(
            provider.logout_url,
            messages.logout_request(
                message_id=message_id,
                issued_at=clock.now(),
                destination=provider.logout_url,
                name_id=request.name_id,
                session_index=request.session_index,
                sp=sp,
            ),
            seconds=LOGOUT_SECONDS,
        )
        try:
            confirmation = read_signed_body(
                answer,
                tag=names.samlp("LogoutResponse"),
                in_response_to=message_id,
                issuer=provider.entity_id,
                certificates=provider.certificates,
            )
            check_status(confirmation)
        except SignInRefused as refused:
            logger.warning("single logout not confirmed idp=%s code=%s", request.idp, refused.code)
    SignInRequest.objects.filter(pk=request.pk).update(name_id="", session_index="")


def purge() -> int:
    """Delete requests older than a day; return how many."""
    return SignInRequest.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]


def _require_open(request: SignInRequest) -> None:
    if request.consumed_at is not None:
        raise SignInRefused("already_used")
    if clock.now() >= request.expires_at:
        raise SignInRefused("expired")


def _ask(url: str, message: bytes) -> bytes:
    try:
        return transport.post_soap(url, message)
    except (TransientError, PermanentError) as error:
        raise SignInRefused(error.code, status=400) from error


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
