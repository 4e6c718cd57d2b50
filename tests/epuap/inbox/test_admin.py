"""What a clerk may see and do in the admin."""

import hashlib
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from epuap.inbox.models import InboundDocument, OutboundLetter
from epuap.inbox.services import letters
from eurzad.lib import clock
from eurzad.lib.personas import EWA
from eurzad.outbox.models import Job
from portal.people.models import User
from tests.support.pages import PageClient
from tests.support.people import make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    user = make_clerk(EWA)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="inbox"))
    return user


def make_document(
    state: str = "quarantined", content: bytes = b"<poison/>", **fields: Any
) -> InboundDocument:
    return InboundDocument.objects.create(
        box_address="/x/y",
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        state=state,
        error_code="malformed" if state == "quarantined" else "",
        received_at=clock.now(),
        **fields,
    )


def make_letter(state: str) -> OutboundLetter:
    letter = letters.send_letter(recipient_box="/a/b", document=b"<pismo/>", title="Decyzja")
    Job.objects.all().delete()
    unknown = {"unknown_since": clock.now()} if state == "unknown" else {}
    OutboundLetter.objects.update(state=state, **unknown)
    return letter


def act(pages: PageClient, clerk: User, model: str, action: str, row: Any) -> Any:
    url = reverse(f"admin:inbox_{model}_changelist")
    pages.sign_in(clerk)
    return pages.client.post(url, {"action": action, "_selected_action": [row.pk]})


def test_list_loads_no_bytes(pages: PageClient, clerk: User) -> None:
    make_document()
    pages.sign_in(clerk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = pages.client.get(reverse("admin:inbox_inbounddocument_changelist"))
    assert page.status_code == 200 and "nie jest pismem XML" in page.content.decode()
    assert not [query for query in queries if '"content"' in query["sql"]]


def test_detail_is_read_only_and_offers_the_bytes(pages: PageClient, clerk: User) -> None:
    document = make_document()
    pages.sign_in(clerk)
    page = pages.client.get(reverse("admin:inbox_inbounddocument_change", args=(document.pk,)))
    assert b'name="_save"' not in page.content
    link = reverse("admin:inbox_inbounddocument_download", args=(document.public_id, "content"))
    assert link.encode() in page.content and b"additional_data/" not in page.content
    file = pages.client.get(link)
    assert file.content == b"<poison/>"
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    assert LogEntry.objects.get().get_change_message() == "download content"


@pytest.mark.parametrize("field", ["additional_data", "sha1", "state"])
def test_nothing_else_is_downloaded(pages: PageClient, clerk: User, field: str) -> None:
    document = make_document()
    pages.sign_in(clerk)
    link = reverse("admin:inbox_inbounddocument_download", args=(document.public_id, field))
    assert pages.client.get(link).status_code == 404


def test_staff_without_the_permission_see_nothing(pages: PageClient) -> None:
    document = make_document()
    pages.sign_in(make_clerk(EWA))
    link = reverse("admin:inbox_inbounddocument_download", args=(document.public_id, "content"))
    assert pages.client.get(link).status_code == 403
    assert pages.client.get(reverse("admin:inbox_inbounddocument_changelist")).status_code == 403


def test_quarantined_document_is_tried_again(pages: PageClient, clerk: User) -> None:
    document = make_document()
    assert act(pages, clerk, "inbounddocument", "try_again", document).status_code == 302
    document.refresh_from_db()
    assert document.state == InboundDocument.State.CONFIRMED
    assert Job.objects.get().arguments == {"document_id": str(document.public_id)}
    assert LogEntry.objects.get().get_change_message() == "retry"


def test_handled_document_stays_handled(pages: PageClient, clerk: User) -> None:
    document = make_document(state="handled")
    act(pages, clerk, "inbounddocument", "try_again", document)
    document.refresh_from_db()
    assert document.state == "handled" and not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("action", "state", "after"),
    [
        ("mark_sent", "unknown", "sent_without_receipt"),
        ("mark_sent", "waiting", "waiting"),
        ("send_again", "unknown", "waiting"),
        ("send_again", "failed", "waiting"),
        ("send_again", "sent_without_receipt", "sent_without_receipt"),
    ],
)
def test_letters_are_decided_by_a_clerk(
    pages: PageClient, clerk: User, action: str, state: str, after: str
) -> None:
    letter = make_letter(state)
    act(pages, clerk, "outboundletter", action, letter)
    letter.refresh_from_db()
    assert letter.state == after
    assert Job.objects.exists() == (after == "waiting" != state)


def test_reading_does_not_allow_acting(pages: PageClient) -> None:
    reader = make_clerk(EWA)
    reader.user_permissions.set(
        Permission.objects.filter(content_type__app_label="inbox", codename__startswith="view")
    )
    letter = make_letter("unknown")
    act(pages, reader, "outboundletter", "send_again", letter)
    letter.refresh_from_db()
    assert letter.state == "unknown"
