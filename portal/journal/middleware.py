"""Every page of the clerks' panel that shows somebody's data, and every change made there, is on record."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from portal.journal import services, staff

_PAGES = {
    "changelist": staff.LIST, "add": staff.LIST, "change": staff.READ, "history": staff.READ, "delete": staff.READ,
}  # fmt: skip
_OK, _FOUND = 200, 302


class StaffJournalMiddleware:
    """Records what a page of the panel did not record itself, before its answer leaves.

    `request.journal_reason`, set by a gate before, is why a clerk opened the data. It stands last, so that a page
    which an earlier gate has turned away is not taken for one that was shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with services.counting() as written, services.because(lambda: getattr(request, "journal_reason", "")):
            response = self.get_response(request)
        if getattr(request, "is_page_of_panel", False) and not written:
            _note(request, response)
        return response

    def process_view(self, request: HttpRequest, *_args: Any) -> None:
        """Mark a page of the panel that a member of staff has reached."""
        match = request.resolver_match
        request.is_page_of_panel = (  # type: ignore[attr-defined]
            match is not None and match.app_name == "admin" and bool(getattr(request.user, "is_staff", False))
        )


def _note(request: HttpRequest, response: HttpResponse) -> None:
    match = request.resolver_match
    assert match is not None
    label, page = _model_and_page(match.url_name or "", request)
    is_write = request.method == "POST" and response.status_code == _FOUND
    is_shown = response.status_code == _OK
    if not label or not (is_write or is_shown) or (not is_write and staff.is_impersonal(label)):
        return
    pk = str(match.kwargs.get("object_id") or match.kwargs.get("pk") or "")
    subject, reference = staff.describe(label, pk)
    action = staff.WRITE if is_write else _action(page, response)
    services.record_read(
        actor_id=cast(UUID, getattr(request.user, "public_id", None)),
        subject_id=subject,
        action=action,
        reference=reference,
        reason=getattr(request, "journal_reason", ""),
    )


def _action(page: str, response: HttpResponse) -> str:
    if response.get("Content-Disposition", ""):
        return staff.FILE
    return _PAGES.get(page, staff.READ)


def _model_and_page(name: str, request: HttpRequest) -> tuple[str, str]:
    """Split a name of the panel's addresses: `payments_payment_change` is the model and the page."""
    if name == "autocomplete":
        label = f"{request.GET.get('app_label', '')}.{request.GET.get('model_name', '')}"
        return label[:60], "changelist"
    app, _separator, rest = name.partition("_")
    model, _separator, page = rest.partition("_")
    return (f"{app}.{model}", page) if page else ("", "")
