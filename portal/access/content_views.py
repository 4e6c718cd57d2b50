"""Pages of a draft's parts: the task list, for whom else, files, stamp duty."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eurzad.uploads import is_over_limit
from portal.access import files, selectors, texts
from portal.access.content import content_of
from portal.access.content_forms import FORMS, AttachmentForm, DutyForm, initial_of
from portal.access.errors import AccessError, DraftClosed
from portal.access.models import AccessApplication, Attachment, Represented
from portal.access.services import attaching, representing
from portal.access.views import identity_required
from portal.people.limits import limited
from portal.people.models import Identity

KINDS = {"osoba": "person", "firma": "organisation"}
View = Callable[..., HttpResponse]


def draft_required(view: View) -> View:
    """Let in only who has a draft, and hand it to the view; others see how their application stands."""

    @wraps(view)
    @identity_required
    def guarded(request: HttpRequest, identity: Identity, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = selectors.own_draft(identity)
        if draft is None:
            return redirect("access:home")
        try:
            return view(request, identity, draft, *args, **kwargs)
        except DraftClosed as error:
            messages.error(request, error.message)
            return redirect("access:home")

    return guarded


def get_represented_for(draft: AccessApplication, public_id: UUID) -> Represented:
    """One of the draft's represented; anything else is 404."""
    found = draft.represented.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
@draft_required
def tasks(request: HttpRequest, identity: Identity, draft: AccessApplication) -> HttpResponse:
    """The parts of the application, with what is done and what is missing."""
    context = {
        "application": draft,
        "identity": identity,
        "content": content_of(draft),
        "correction": selectors.correction_answered_by(draft),
    }
    return render(request, "access/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def add_represented(
    request: HttpRequest, identity: Identity, draft: AccessApplication, kind: str
) -> HttpResponse:
    """Add a person or an organisation."""
    if kind not in KINDS:
        raise Http404
    form = FORMS[KINDS[kind]](_sent(request))
    return _save_who(request, identity, form, KINDS[kind], None)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def represented(
    request: HttpRequest, identity: Identity, draft: AccessApplication, public_id: UUID
) -> HttpResponse:
    """Change a person or an organisation of the draft."""
    row = get_represented_for(draft, public_id)
    form = FORMS[row.kind](_sent(request), initial=initial_of(row))
    return _save_who(request, identity, form, row.kind, row)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _save_who(
    request: HttpRequest, identity: Identity, form: Any, kind: str, row: Represented | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = representing.save_represented(
                identity=identity, who=form.who(), public_id=row.public_id if row else None
            )
        except DraftClosed:
            raise
        except AccessError as error:
            form.add_error("number", error.message)
        else:
            return redirect("access:tasks") if row else redirect("access:basis_files", saved.public_id)
    context = {"form": form, "is_person": kind == Represented.Kind.PERSON, "row": row}
    return render(request, "access/represented.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def remove_represented(
    request: HttpRequest, identity: Identity, draft: AccessApplication, public_id: UUID
) -> HttpResponse:
    """Ask, then take somebody out of the draft."""
    if request.method == "POST" and not draft.represented.filter(public_id=public_id).exists():
        return redirect("access:tasks")
    row = get_represented_for(draft, public_id)
    if request.method == "POST":
        name = representing.remove_represented(identity=identity, public_id=public_id)
        messages.success(request, _("Usunięto z wniosku: %(name)s.") % {"name": name})
        return redirect("access:tasks")
    return render(request, "access/represented_remove.html", {"row": row, "files": row.attachments.count()})


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@draft_required
def basis_files(
    request: HttpRequest, identity: Identity, draft: AccessApplication, public_id: UUID
) -> HttpResponse:
    """Documents from which the right to act for somebody follows."""
    row = get_represented_for(draft, public_id)
    return _files_page(request, identity, draft, row, Attachment.Purpose.BASIS)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@draft_required
def other_files(request: HttpRequest, identity: Identity, draft: AccessApplication) -> HttpResponse:
    """Other documents of the application."""
    return _files_page(request, identity, draft, None, Attachment.Purpose.OTHER)


def _files_page(
    request: HttpRequest, identity: Identity, draft: AccessApplication, row: Represented | None, purpose: str
) -> HttpResponse:
    form = AttachmentForm()
    if request.method == "POST":
        goes_on = "next" in request.POST
        form = AttachmentForm(request.POST, request.FILES, required=not goes_on)
        if _is_taken(request, form) and _keep(identity, form, row, purpose):
            if form.cleaned_data["file"]:
                messages.success(request, _("Plik dodany."))
            return _after_files(row) if goes_on else redirect(request.path)
    content = content_of(draft)
    shown = content.get(row) if row else None
    kept = shown.documents if shown else content.others
    context = {
        "form": form, "shown": shown, "row": row, "content": content, "application": draft, "files": kept,
        "waits_for_file": shown is not None and any(one.code == "document" for one in shown.missing),
    }  # fmt: skip
    status = 413 if is_over_limit(request) else 200
    return render(request, "access/files.html", context, status=status)


def _after_files(row: Represented | None) -> HttpResponse:
    """Where one goes on from the files: after a power of attorney to its stamp duty, else to the task list."""
    return redirect("access:duty", row.public_id) if row and row.owes_duty else redirect("access:tasks")


def _is_taken(request: HttpRequest, form: AttachmentForm) -> bool:
    """Whether the form is right; a file thrown away for its size is said to be too big, not missing."""
    if form.is_valid() and not is_over_limit(request):
        return True
    if is_over_limit(request):
        form.errors.pop("file", None)
        form.add_error("file", texts.file_refusal("too_big"))
    return False


def _keep(identity: Identity, form: AttachmentForm, row: Represented | None, purpose: str) -> bool:
    content = form.cleaned_data.get("file")
    if not content:
        return True
    try:
        attaching.add_attachment(
            identity=identity,
            purpose=purpose,
            name=form.file_name,
            content=content,
            represented_id=row.public_id if row else None,
        )
    except DraftClosed:
        raise
    except AccessError as error:
        form.add_error("file", error.message)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@draft_required
def duty(request: HttpRequest, identity: Identity, draft: AccessApplication, public_id: UUID) -> HttpResponse:
    """Stamp duty for one power of attorney."""
    row = get_represented_for(draft, public_id)
    if not row.owes_duty:
        return redirect("access:tasks")
    shown = content_of(draft).get(row)
    if shown is None:
        raise Http404
    initial = {"duty": row.duty, "ground": row.duty_ground, "note": row.duty_note}
    form = DutyForm(initial=initial, has_proof=bool(shown.proofs))
    if request.method == "POST":
        form = DutyForm(request.POST, request.FILES, has_proof=bool(shown.proofs))
        if _is_taken(request, form) and _keep(identity, form, row, Attachment.Purpose.STAMP_DUTY):
            data = form.cleaned_data
            representing.save_duty(
                identity=identity, public_id=public_id, duty=data["duty"], ground=data["ground"],
                note=data["note"].strip(),
            )  # fmt: skip
            return redirect("access:tasks")
    context = {"form": form, "shown": shown, "row": row, "application": draft}
    return render(request, "access/duty.html", context, status=413 if is_over_limit(request) else 200)


@require_POST
@draft_required
def remove_attachment(
    request: HttpRequest, identity: Identity, draft: AccessApplication, public_id: UUID
) -> HttpResponse:
    """Take a file out of the draft."""
    removed = attaching.remove_attachment(identity=identity, public_id=public_id)
    if removed is not None:
        messages.success(request, _("Usunięto plik: %(name)s.") % {"name": removed.name})
        if removed.represented is not None:
            page = "duty" if removed.purpose == Attachment.Purpose.STAMP_DUTY else "basis_files"
            return redirect(f"access:{page}", removed.represented.public_id)
        return redirect("access:other_files")
    return redirect("access:tasks")


@require_safe
@identity_required
def attachment(request: HttpRequest, identity: Identity, public_id: UUID) -> HttpResponse:
    """A file of one's own application, to be saved."""
    found = Attachment.objects.filter(application__identity=identity, public_id=public_id).first()
    if found is None:
        raise Http404
    return files.attachment_response(found)
