"""The contact address of an account."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.people import contact, limits
from portal.people.decorators import account_required
from portal.people.forms import ContactForm
from portal.people.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def home(request: HttpRequest) -> HttpResponse:
    """The address, and a form for another; POST sends a link to it."""
    user = cast(User, request.user)
    typed = request.POST.get("email", "").replace("\0", "")
    form = ContactForm({"email": typed} if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            asked = contact.ask(user=user, email=form.cleaned_data["email"])
        except contact.TooManyMessages:
            form.add_error("email", form.TOO_MANY)
        else:
            if not asked.pending:
                messages.info(request, _("Ten adres jest już potwierdzony. Nic się nie zmieniło."))
            return redirect("contact:home")
    context = {
        "form": form,
        "contact": contact.contact_of(user),
        "suggestion": contact.suggestion_for(user),
    }
    return render(request, "account/contact.html", context)


@require_POST
@account_required
def adopt(request: HttpRequest) -> HttpResponse:
    """Take over the address that was confirmed in an application."""
    if contact.adopt(user=cast(User, request.user)):
        messages.success(request, _("Zapisano adres e-mail."))
    else:
        messages.info(request, _("Nie ma już adresu do przejęcia. Wpisz adres poniżej."))
    return redirect("contact:home")


@require_POST
@account_required
def remove(request: HttpRequest) -> HttpResponse:
    """Forget the address."""
    contact.remove(user=cast(User, request.user))
    messages.success(request, _("Usunięto adres e-mail. Nie wyślemy już na niego żadnych wiadomości."))
    return redirect("contact:home")


@require_http_methods(["GET", "HEAD", "POST"])
@limits.limited("email_link", methods=("GET", "HEAD", "POST"))
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What a mailed link opens, on whatever device; a button confirms, since mail programs open links themselves."""
    link = contact.find_link(token)
    if link is None:
        return render(request, "account/contact_link.html", {"state": "invalid"}, status=410)
    if request.user.is_authenticated and request.user != link.user:
        return render(request, "account/contact_link.html", {"state": "other"}, status=403)
    if request.method == "POST":
        contact.confirm(link)
    state = "done" if request.method == "POST" or link.is_done else "ask"
    return render(request, "account/contact_link.html", {"state": state})
