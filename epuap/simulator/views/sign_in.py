"""Pages of the identity providers: the chooser of a person and the form that carries the answer back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from epuap.simulator import idp, people, providers
from epuap.simulator.errors import Refused
from epuap.simulator.forms import SomebodyForm
from epuap.simulator.models import SignIn
from epuap.simulator.people import Person
from epuap.simulator.views.session import remember_person


@csrf_exempt
@require_POST
def single_sign_on(request: HttpRequest, provider: str) -> HttpResponse:
    """Accept an AuthnRequest posted by the portal's page."""
    posted = request.POST
    try:
        sign_in = idp.accept_request(
            providers.by_name(provider), posted.get("SAMLRequest", ""), posted.get("RelayState", "")
        )
    except Refused as error:
        return render(request, "simulator/refused.html", {"error": error}, status=400)
    return redirect(reverse("simulator:choose_person", args=[sign_in.token]))


def choose_person(request: HttpRequest, token: str) -> HttpResponse:
    """Show the people one may sign in as."""
    sign_in = get_object_or_404(SignIn, token=token, outcome="")
    return _chooser(request, sign_in, SomebodyForm())


def _chooser(request: HttpRequest, sign_in: SignIn, form: SomebodyForm) -> HttpResponse:
    context = {
        "sign_in": sign_in,
        "provider": providers.by_name(sign_in.provider),
        "people": people.RESIDENTS,
        "foreigner": people.FOREIGNER,
        "foreigner_key": people.FOREIGNER_KEY,
        "form": form,
    }
    return render(request, "simulator/choose_person.html", context, status=400 if form.errors else 200)


@require_POST
def answer_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Take the choice and hand the answer to the browser."""
    sign_in = get_object_or_404(SignIn, token=token, outcome="")
    person: Person | None = None
    choice = request.POST.get("choice", "")
    if choice == "somebody":
        form = SomebodyForm(request.POST)
        if not form.is_valid():
            return _chooser(request, sign_in, form)
        person = form.person()
    elif choice != "cancel":
        person = people.by_key(choice)
        if person is None:
            return redirect(reverse("simulator:choose_person", args=[token]))
    try:
        fields = idp.answer_request(sign_in, person)
    except Refused as error:
        return render(request, "simulator/refused.html", {"error": error}, status=409)
    if person is not None:
        remember_person(request, person)
    return render(
        request,
        "simulator/return_to_portal.html",
        {"acs_url": sign_in.acs_url, "fields": fields, "provider": providers.by_name(sign_in.provider)},
    )
