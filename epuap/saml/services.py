"""A sign-in from the request to the verified person, and single logout afterwards."""

import base64
import binascii
import hashlib
import hmac
import json
import logging
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from epuap.saml import config, guard, messages, names
from epuap.saml.artifact import resolution_url
from epuap.saml.assertion import Authentication, Expectation, PersonData, Session, VerifiedPerson, person_data
from epuap.saml.errors import SignInRefused, UnknownProvider
from epuap.saml.metadata import POST, IdentityProvider
from epuap.saml.models import SeenMessage, SignInRequest
from epuap.saml.response import (
    Answer,
    Trust,
    check_status,
    read_artifact_answer,
    read_body,
    read_posted_answer,
)
from epuap.saml.sealed import seal, unseal
from epuap.soap.errors import BadAnswer, ServiceFault
from epuap.soap.userinfo import UserInfoClient
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
    """Return the absolute URL at which the portal receives answers of `idp`."""
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
        acs_url=acs_url(idp),
        provider=provider,
        sp=config.service_provider(provider),
    )
    return Started(request, provider.sso_url, base64.b64encode(message).decode(), relay_state, binding)


def receive_answer(*, idp: str, artifact: str, response: str, relay_state: str) -> uuid.UUID:
    """Park an answer with the request that its relay state names and return that request's public id.

    `artifact` or `response` (base64) is what the browser brought, "" for neither; which one is taken is the
    provider's binding. The same answer brought twice parks once. Raises UnknownProvider, SignInRefused.
    """
    provider = config.identity_provider(idp)
    if provider.binding == POST:
        message, brought = _decoded(response), artifact
    else:
        resolution_url(artifact, provider)
        message, brought = artifact.encode(), response
    if brought:
        raise SignInRefused("binding", status=400)
    request = SignInRequest.objects.filter(idp=idp, relay_state_hash=_digest(relay_state)).first()
    if request is None:
        raise SignInRefused("unsolicited")
    _require_open(request)
    digest = hashlib.sha256(message).hexdigest()
    waiting = {"artifact": artifact} if artifact else {"parked": seal(message, row=str(request.public_id))}
    try:
        with transaction.atomic():
            SignInRequest.objects.filter(pk=request.pk, answer_hash=None, consumed_at=None).update(
                answer_hash=digest, **waiting
            )
    except IntegrityError as error:
        raise SignInRefused("answer_replayed") from error
    request.refresh_from_db(fields=("answer_hash",))
    if request.answer_hash != digest:
        raise SignInRefused("answer_second")
    return request.public_id


def finish_sign_in(*, idp: str, public_id: uuid.UUID, binding: str) -> tuple[VerifiedPerson, SignInRequest]:
    """Use a request up, verify its answer and return the person. Raises UnknownProvider, SignInRefused.

    The request is consumed before anything is sent or read, by one conditional update, so that of several
    attempts, in whatever worker, exactly one goes on.
    """
    provider = config.identity_provider(idp)
    request = SignInRequest.objects.filter(idp=idp, public_id=public_id).first()
    if request is None or request.answer_hash is None:
        raise SignInRefused("unsolicited")
    if not hmac.compare_digest(request.binding_hash, _digest(binding)):
        raise SignInRefused("other_browser")
    _require_open(request)
    used = SignInRequest.objects.filter(pk=request.pk, consumed_at=None).update(
        consumed_at=clock.now(), artifact="", parked=b""
    )
    if not used:
        raise SignInRefused("already_used")
    answer = _read_answer(provider, request)
    _remember(provider, answer)
    found = answer.authentication
    person = found.person or _person_of_session(provider, found)
    SignInRequest.objects.filter(pk=request.pk).update(session=_sealed_session(request, found.session))
    return VerifiedPerson(**vars(person), level=found.level, source=found.source), request


def _read_answer(provider: IdentityProvider, request: SignInRequest) -> Answer:
    sp = config.service_provider(provider)
    trust = Trust(provider.certificates, sp.keys, provider.profile)

    def expected() -> Expectation:
        return Expectation(
            issuer=provider.entity_id,
            audience=sp.entity_id,
            acs_url=acs_url(provider.name),
            request_id=request.request_id,
            now=clock.now(),
            levels=provider.levels,
            attributes=provider.attributes,
        )

    if request.parked:
        message = unseal(request.parked, row=str(request.public_id))
        if message is None:
            raise SignInRefused("parked", status=400)
        return read_posted_answer(message, expected=expected(), trust=trust)
    resolve_id = messages.new_id()
    resolve = messages.artifact_resolve(
        message_id=resolve_id, issued_at=clock.now(), artifact=request.artifact, sp=sp
    )
    message = _ask(resolution_url(request.artifact, provider), resolve)
    return read_artifact_answer(message, resolve_id=resolve_id, expected=expected(), trust=trust)


def _remember(provider: IdentityProvider, answer: Answer) -> None:
    """Let this Response and this Assertion sign in once, whatever request they say they answer."""
    now = clock.now()
    ids = {answer.response_id, answer.authentication.assertion_id}
    rows = [SeenMessage(digest=_digest(f"{provider.entity_id}\n{one}"), created_at=now) for one in ids]
    try:
        with transaction.atomic():
            SeenMessage.objects.bulk_create(rows)
    except IntegrityError as error:
        raise SignInRefused("replayed") from error


def _person_of_session(provider: IdentityProvider, found: Authentication) -> PersonData:
    """Ask the service who opened the session that the assertion names by its ID."""
    try:
        person = UserInfoClient.from_settings(provider.userinfo_url).person_of_session(found.assertion_id)
    except BadAnswer as error:
        raise SignInRefused("userinfo_answer") from error
    except ServiceFault as error:
        raise SignInRefused("userinfo_refused") from error
    except TransientError as error:
        raise SignInRefused("userinfo_unreachable", status=400) from error
    except PermanentError as error:
        raise SignInRefused("userinfo_failed", status=400) from error
    return person_data(
        identifier=person.pesel,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
    )


def request_logout(public_id: str) -> None:
    """Have the identity provider told, later and elsewhere, that a session made by this request has ended."""
    outbox.enqueue("saml.logout", key=f"saml.logout:{public_id}", request_id=str(public_id))


def send_logout(public_id: uuid.UUID) -> None:
    """Send single logout for a request; without a logout service or a session to end there is nothing to do.

    Raises TransientError when the identity provider doesn't answer.
    """
    request = SignInRequest.objects.filter(public_id=public_id).exclude(session=b"").first()
    if request is None:
        return
    session = _unsealed_session(request)
    try:
        provider = config.identity_provider(request.idp)
    except UnknownProvider:  # taken out of the settings meanwhile
        provider = None
    if provider is not None and session is not None and session.name_id and provider.logout_url:
        _end_session(provider, session)
    SignInRequest.objects.filter(pk=request.pk).update(session=b"")


def _end_session(provider: IdentityProvider, session: Session) -> None:
    from epuap.saml import transport

    message_id = messages.new_id()
    answer = transport.post_soap(
        provider.logout_url,
        messages.logout_request(
            message_id=message_id,
            issued_at=clock.now(),
            destination=provider.logout_url,
            name_id=session.name_id,
            name_format=session.name_format,
            session_index=session.index,
            sp=config.service_provider(provider),
        ),
        seconds=LOGOUT_SECONDS,
    )
    try:
        confirmation = read_body(
            answer,
            tag=names.samlp("LogoutResponse"),
            in_response_to=message_id,
            issuer=provider.entity_id,
            certificates=provider.certificates,
        )
        check_status(confirmation)
    except SignInRefused as refused:
        logger.warning("single logout not confirmed idp=%s code=%s", provider.name, refused.code)


def purge() -> int:
    """Delete requests and seen messages older than a day, and answers nobody came to finish; return how many."""
    now = clock.now()
    SignInRequest.objects.filter(expires_at__lt=now).exclude(parked=b"").update(parked=b"")
    SeenMessage.objects.filter(created_at__lt=now - KEPT).delete()
    return SignInRequest.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _sealed_session(request: SignInRequest, session: Session) -> bytes:
    return seal(json.dumps(vars(session)).encode(), row=str(request.public_id))


def _unsealed_session(request: SignInRequest) -> Session | None:
    found = unseal(request.session, row=str(request.public_id))
    return None if found is None else Session(**json.loads(found))


def _decoded(response: str) -> bytes:
    """Return the bytes of a posted message; raises SignInRefused unless it is base64 of at most 256 KB."""
    try:
        message = base64.b64decode("".join(response.split()).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise SignInRefused("response_format", status=400) from error
    if not message:
        raise SignInRefused("response_format", status=400)
    if len(message) > guard.MAX_BYTES:
        raise SignInRefused("xml_too_big", status=400)
    return message


def _require_open(request: SignInRequest) -> None:
    if request.consumed_at is not None:
        raise SignInRefused("already_used")
    if clock.now() >= request.expires_at:
        raise SignInRefused("expired")


def _ask(url: str, message: bytes) -> bytes:
    from epuap.saml import transport

    try:
        return transport.post_soap(url, message)
    except (TransientError, PermanentError) as error:
        raise SignInRefused(error.code, status=400) from error


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
