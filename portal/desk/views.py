"""The page that asks for a reason, and the form that waited for a code."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.desk import gates, reasons, roles
from portal.desk.forms import ReasonForm
from portal.desk.models import Area
from portal.people import sessions
from portal.people.models import User


class SameMethod(HttpResponseRedirect):
    """Go on with the same method and body."""

    status_code = 307


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: HttpRequest, area: str) -> HttpResponse:
    """Ask why the data of an area is opened, then lead on."""
    wanted = _area(request, area)
    target = _target(request)
    start = {"case_number": request.GET.get("sprawa", "")[:40]}
    form = ReasonForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        reasons.open_session(request, wanted, reason=data["reason"], case_number=data["case_number"])
        return redirect(target)
    context = {
        **site.each_context(request),
        "title": _("Po co otwierasz dane osobowe?"),
        "form": form,
        "area": wanted,
        "next": target,
        "minutes": settings.DESK_REASON_MINUTES,
    }
    return TemplateResponse(request, "desk/reason.html", context)


@require_POST
def end(request: HttpRequest, area: str) -> HttpResponse:
    """End the look into an area."""
    if reasons.end_session(request, _area(request, area)):
        messages.success(request, _("Zamknięto dane osobowe: %(area)s.") % {"area": Area(area).label})
    return redirect("admin:index")


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Show what waits to be sent; on POST let it go where it was going."""
    form = sessions.kept_form(request)
    if form is None:
        messages.info(request, _("Nic już nie czeka na wysłanie."))
        return redirect("admin:index")
    if request.method == "POST":
        sessions.drop_form(request)
        return redirect("admin:index") if "drop" in request.POST else SameMethod(form.path)
    context = {**site.each_context(request), "title": _("Dokończ to, co zaczęte"), "form": form}
    return TemplateResponse(request, "desk/resume.html", context)


def _area(request: HttpRequest, area: str) -> Area:
    if area not in Area.values:
        raise Http404
    if not roles.may_any(cast(User, request.user), gates.models_of(area)):
        raise PermissionDenied
    return Area(area)


def _target(request: HttpRequest) -> str:
    """Where one was going; only within the admin."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    index = reverse("admin:index")
    inside = target.startswith(index) and target.isprintable() and "\\" not in target
    return target if inside and url_has_allowed_host_and_scheme(target, None) else index
