"""The national sign-in in the browser: to the identity provider, back with an answer, and finish.

The answer comes back as a cross-site POST without our cookies, so it is parked with the request, and a GET of
our own finishes with the cookie of the browser that began.
"""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.decorators import rate_limit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from epuap.saml import config
from epuap.saml import services as saml
from epuap.saml.errors import SignInRefused, UnknownProvider
from epuap.saml.metadata import service_provider_metadata
from eurzad.lib.identifiers import IdentifierError
from eurzad.lib.references import new_reference
from portal.people import matching, services
from portal.people.provider import NationalProvider
from portal.people.session import SAML_KEY

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
MAX_FORM_BYTES = 512 * 1024
"""A message of 256 KB in base64, whose every sign may need escaping now and then, and the relay state."""


def refusals_shown(view: View) -> View:
    """Show every refusal as the same page with a reference number; its reason goes to one line of the log."""

    @wraps(view)
    def guarded(request: HttpRequest, idp: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, idp, **kwargs)
        except UnknownProvider as error:
            raise Http404 from error
        except SignInRefused as refused:
            reference = new_reference()
            logger.warning("sign-in refused reference=%s code=%s idp=%s", reference, refused.code, idp)
            context = {"reference": reference}
            return render(request, "socialaccount/refused.html", context, status=refused.status)

    return guarded


@require_POST
@rate_limit(action="login")
@refusals_shown
def national_login(request: HttpRequest, idp: str) -> HttpResponse:
    """Send the browser to the identity provider with a signed request."""
    started = saml.begin_sign_in(idp=idp, next_url=get_next_redirect_url(request) or "")
    response = render(request, "socialaccount/redirect.html", {"started": started})
    response.set_cookie(
        _cookie_name(started.request.public_id),
        started.binding,
        max_age=int(saml.LIFETIME.total_seconds()),
        path=f"/saml/{idp}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@csrf_exempt
@refusals_shown
def acs(request: HttpRequest, idp: str) -> HttpResponse:
    """Take what the identity provider sends through the browser (assertion consumer service)."""
    fields = _bounded_fields(request)
    public_id = saml.receive_answer(
        idp=idp,
        artifact=fields.get("SAMLart", ""),
        response=fields.get("SAMLResponse", ""),
        relay_state=fields.get("RelayState", ""),
    )
    return redirect("saml_finish", idp=idp, request_id=public_id)


@require_GET
@refusals_shown
def finish(request: HttpRequest, idp: str, request_id: uuid.UUID) -> HttpResponse:
    """Verify the answer and sign the person in, in the browser that began."""
    cookie = _cookie_name(request_id)
    person, started = saml.finish_sign_in(
        idp=idp, public_id=request_id, binding=request.COOKIES.get(cookie, "")
    )
    try:
        identity = services.sign_in_identity(
            scheme=person.identifier_scheme,
            identifier=person.identifier,
            given_name=person.given_name,
            family_name=person.family_name,
            birth_date=person.birth_date,
        )
    except IdentifierError as error:
        raise SignInRefused(error.code) from error
    matching.match(identity)
    provider = get_adapter().get_provider(request, NationalProvider.id)
    login = provider.sociallogin_from_response(request, identity)
    login.state = {"process": "login", "next": started.next_url}
    response: HttpResponse = complete_social_login(request, login)
    if request.user.is_authenticated:
        request.session[SAML_KEY] = str(request_id)
    response.delete_cookie(cookie, path=f"/saml/{idp}/")
    return response


@require_GET
@refusals_shown
def metadata(request: HttpRequest, idp: str) -> HttpResponse:
    """What the operator of the identity provider needs to know of the portal."""
    provider = config.identity_provider(idp)
    sp = config.service_provider(provider)
    document = service_provider_metadata(
        entity_id=sp.entity_id,
        acs_url=saml.acs_url(idp),
        certificates=sp.certificates,
        profile=provider.profile,
        binding=provider.binding,
    )
    return HttpResponse(document, content_type="application/samlmetadata+xml")


def _bounded_fields(request: HttpRequest) -> QueryDict:
    """Return the fields that were brought; raises SignInRefused before a large form is read.

    An artifact may come in the address (SAML bindings §3.6.3); a whole answer, which names a person, may not.
    """
    if request.method == "GET":
        if "SAMLResponse" in request.GET:
            raise SignInRefused("form", status=400)
        return request.GET
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM_BYTES:
            raise SignInRefused("form_too_big", status=400)
        return request.POST
    except (ValueError, BadRequest, SuspiciousOperation, UnreadablePostError, MultiPartParserError) as error:
        raise SignInRefused("form", status=400) from error


def _cookie_name(request_id: uuid.UUID) -> str:
    """One cookie per request, so that two tabs do not spoil each other's sign-in."""
    return f"signin-{request_id.hex[:12]}"
