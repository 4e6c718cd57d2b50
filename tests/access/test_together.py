"""Many clicks and two clerks at once, on a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from eurzad.lib.errors import DomainError
from eurzad.lib.personas import CELINA, EWA, FILIP
from eurzad.outbox.models import Job
from portal.access.models import AccessApplication, ApplicationEvent, Upload
from portal.access.services import deciding, drafting, elsewhere, signing
from portal.people.models import User
from tests.access.conftest import SigningService, sign_as
from tests.support.people import make_clerk, make_resident

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a real PostgreSQL"),
]
DETAILS = drafting.Details(building="12", postal_code="99-901", city="Jarzębin")


@pytest.fixture(autouse=True)
def _pool_closed_after() -> Iterator[None]:
    yield
    connection.close()
    connection.close_pool()


def at_once(actions: list[Callable[[], object]]) -> list[str]:
    """Run the actions in threads that start together; return the refusals' codes, sorted."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> str:
        barrier.wait()
        try:
            action()
        except DomainError as refused:
            return refused.code
        finally:
            connections["default"].close()
        return ""

    with ThreadPoolExecutor(len(actions)) as pool:
        return sorted(pool.map(run, actions))


def twice(function: Callable[[str], object], public_id: str) -> list[Callable[[], object]]:
    """The same job in two workers."""
    return [lambda: function(public_id), lambda: function(public_id)]


def file_application(tps: SigningService, user: User) -> AccessApplication:
    """File through the portal, each job in two workers at once."""
    identity = user.identity
    clicks = [lambda: drafting.save_draft(identity=identity, details=DETAILS)] * 7
    assert at_once(clicks) == [""] * 7
    assert at_once([lambda: signing.start_signing(identity=identity)] * 7) == [""] * 7
    public_id = str(AccessApplication.objects.get().public_id)
    assert Job.objects.filter(name="access.send_for_signing").count() == 1
    at_once(twice(signing.send_for_signing, public_id))
    tps.sign(CELINA, url=AccessApplication.objects.get().signing_url)
    for step in (signing.fetch_signed, signing.check_signature, signing.issue_receipt):
        assert at_once(twice(step, public_id)) == ["", ""]
    return AccessApplication.objects.get()


def test_many_clicks_and_doubled_workers_make_one_application(tps: SigningService) -> None:
    application = file_application(tps, make_resident(CELINA, approved=False))
    assert application.state == "submitted"
    for kind in (
        "created",
        "signing_requested",
        "signed",
        "signature_accepted",
        "received",
        "receipt_issued",
    ):
        assert ApplicationEvent.objects.filter(kind=kind).count() == 1


def test_files_and_the_signing_service_at_once_settle_one(tps: SigningService) -> None:
    """The way that is first has the application; the others find it taken."""
    user = make_resident(CELINA, approved=False)
    drafting.save_draft(identity=user.identity, details=DETAILS)
    signing.start_signing(identity=user.identity)
    application = AccessApplication.objects.get()
    public_id = str(application.public_id)
    signing.send_for_signing(public_id)
    tps.sign(CELINA)
    by_hand = sign_as(CELINA, application.document_bytes, tps.seal)

    def bring() -> None:
        elsewhere.receive(application_id=application.pk, content=by_hand)

    refused = at_once([bring, lambda: signing.fetch_signed(public_id), bring, bring])
    assert refused.count("access_file_not_taken") in (2, 3)
    for step in (signing.check_signature, signing.issue_receipt):
        assert at_once(twice(step, public_id)) == ["", ""]
    application.refresh_from_db()
    assert application.state == "submitted"
    online = next(iter(tps.signed.values()))
    assert application.signed_bytes == (by_hand if Upload.objects.count() else online)
    for kind in ("signature_accepted", "received", "receipt_issued"):
        assert ApplicationEvent.objects.filter(kind=kind).count() == 1


def test_two_clerks_make_one_decision(tps: SigningService) -> None:
    application = file_application(tps, make_resident(CELINA, approved=False))
    clerks = [make_clerk(EWA, superuser=True), make_clerk(FILIP, superuser=True)]

    def reject(clerk: User) -> Callable[[], object]:
        return lambda: deciding.reject(application_id=application.pk, clerk=clerk, reason="Powód.")

    assert at_once([reject(clerk) for clerk in clerks]) == ["", "access_already_decided"]
    assert ApplicationEvent.objects.filter(kind="rejected").count() == 1
