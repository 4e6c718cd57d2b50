"""A decision about each one asked for: mandates, refusals, two clerks, the letter."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BORYS
from portal.access import errors
from portal.access.models import AccessApplication, Attachment, DecisionDocument, Represented
from portal.access.services import correcting, deciding
from portal.access.services.deciding import RowVerdict, Verdict
from portal.desk.errors import OtherTerms, SamePerson
from portal.desk.models import FirstApproval
from portal.journal.models import Record
from portal.mandates.models import Mandate
from portal.people import pii
from portal.people.models import Identity, Subject, User
from portal.people.services import find_subject_by_fingerprint, link_identity
from tests.access import papers
from tests.support.pages import PageClient
from tests.support.people import make_subject

QUEUE = "/admin/access/accessapplication/"


def add_row(filed: AccessApplication, number: str, *, position: int = 1, **values: Any) -> Represented:
    fields: dict[str, Any] = {
        "kind": "organisation", "scheme": "krs", "name": "Tartak Sosna sp. z o.o.", "basis": "krs",
        "areas": ["taxes"], "rights": ["see", "pay"], "valid_to": clock.today() + timedelta(days=365),
    } | values  # fmt: skip
    fingerprint = pii.fingerprint(fields["scheme"], number)
    return Represented.objects.create(
        application=filed,
        position=position,
        fingerprint=fingerprint,
        encrypted_number=pii.encrypt(number),
        **fields,
    )


@pytest.fixture
def company(filed: AccessApplication) -> Represented:
    return add_row(filed, "0000123456")


@pytest.fixture
def borys_row(filed: AccessApplication) -> Represented:
    return add_row(
        filed, BORYS.pesel, position=2, kind="person", scheme="pesel", name="", given_name="Borys",
        family_name="Jesion", basis="power_of_attorney", duty="exempt", duty_ground="spouse",
    )  # fmt: skip


@pytest.fixture
def second_clerk(db: None) -> User:
    """A second clerk with Ewa's rights."""
    return User.objects.create(username="drugi", kind="staff", is_staff=True, is_superuser=True)


def url(filed: AccessApplication, page: str) -> str:
    return f"{QUEUE}{filed.pk}/{page}/"


def yes(row: Represented, subject: str = "new", **values: str) -> dict[str, str]:
    return {f"row-{row.pk}": "yes", f"row-{row.pk}-subject": subject} | values


def no(row: Represented, reason: str = "Brak podpisu mocodawcy.") -> dict[str, str]:
    return {f"row-{row.pk}": "no", f"row-{row.pk}-reason": reason}


def known_of(filed: AccessApplication) -> Subject:
    known = find_subject_by_fingerprint("pesel", filed.identity.fingerprint)
    assert known
    return known


def approve(filed: AccessApplication) -> dict[str, str]:
    return {"decision": "approve", "own": "yes", "subject": str(known_of(filed).public_id)}


def test_partial_decision_makes_a_representation_a_refusal_and_a_letter(
    pages: PageClient,
    filed: AccessApplication,
    company: Represented,
    borys_row: Represented,
    ewa: User,
    celina: User,
) -> None:
    pages.sign_in(ewa)
    page = pages.get(url(filed, "change")).content.decode()
    assert "Tartak Sosna" in page and "nie ma w ewidencji" in page and BORYS.pesel not in page
    pages.post(
        url(filed, "decyzja"),
        approve(filed) | yes(company, **{f"row-{company.pk}-joint": "on"}) | no(borys_row),
    )
    filed.refresh_from_db()
    company.refresh_from_db()
    borys_row.refresh_from_db()
    assert (filed.state, filed.own_decision) == ("approved", "approved")
    mandate = Mandate.objects.get()
    assert (company.decision, company.mandate_id) == ("approved", mandate.public_id)
    assert mandate.is_statutory and mandate.is_joint and mandate.status == "active"
    assert (mandate.principal, mandate.attorney) == (company.subject, filed.subject)
    assert (mandate.areas, mandate.rights, mandate.valid_to) == (["taxes"], ["see", "pay"], company.valid_to)
    assert (borys_row.decision, borys_row.decision_reason) == ("refused", "Brak podpisu mocodawcy.")
    assert {"access.approved", "mandates.grant"} <= set(Record.objects.values_list("action", flat=True))
    kept = DecisionDocument.objects.get(application=filed)
    reader = PdfReader(io.BytesIO(bytes(kept.content)))
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and kept.sending == "portal"
    assert "Przyznano dostęp." in text and "Odmówiono dostępu." in text and "Brak podpisu mocodawcy." in text
    assert pages.client.get(f"{QUEUE}{filed.pk}/decyzja.pdf").content == bytes(kept.content)
    own = pages.get(f"/konto/wniosek/{filed.public_id}/decyzja.pdf", user=celina)
    assert own.content == bytes(kept.content)


def test_a_power_of_attorney_for_somebody_the_ledger_knows(
    pages: PageClient, filed: AccessApplication, borys_row: Represented, ewa: User
) -> None:
    known, namesake = make_subject(BORYS), make_subject(ANNA)
    pages.sign_in(ewa)
    page = pages.get(url(filed, "change")).content.decode()
    assert "ten sam numer" in page and "załóż nowy wpis (nie ma go w ewidencji)" not in page
    for wrong in ("new", str(namesake.public_id), "x", ""):
        page = pages.post(
            url(filed, "decyzja"), approve(filed) | yes(borys_row, wrong), status=200
        ).content.decode()
        assert "Borys Jesion:" in page or "Wskaż wpis z ewidencji" in page
    assert not Mandate.objects.exists()
    pages.post(url(filed, "decyzja"), approve(filed) | yes(borys_row, str(known.public_id)))
    mandate = Mandate.objects.get()
    assert mandate.principal == known and not mandate.is_statutory


def test_incomplete_decisions_change_nothing_and_keep_what_was_typed(
    pages: PageClient, filed: AccessApplication, company: Represented, borys_row: Represented, ewa: User
) -> None:
    pages.sign_in(ewa)
    typed = "Uchwała jest sprzed dziesięciu lat."
    for values in (
        approve(filed) | no(company, typed),
        approve(filed) | no(company, typed) | {f"row-{borys_row.pk}": "maybe"},
        approve(filed) | no(company, typed) | no(borys_row, " "),
        approve(filed) | no(company, typed) | no(borys_row) | {"subject": "\x00"},
        approve(filed) | no(company, typed) | no(borys_row, "x" * 2001),
        {"decision": "approve", "own": "no"} | no(company, typed) | no(borys_row),
    ):
        page = pages.post(url(filed, "decyzja"), values, status=200).content.decode()
        assert typed in page and "messagelist" in page
    assert pages.post(url(filed, "decyzja"), {"decision": "king"}, status=200)
    with pytest.raises(errors.DecisionIncomplete):
        deciding.approve(application_id=filed.pk, clerk=ewa, subject=None)
    filed.refresh_from_db()
    assert filed.state == "submitted" and filed.identity.subject is None
    assert (
        not DecisionDocument.objects.exists()
        and not Subject.objects.filter(name__startswith="Tartak").exists()
    )


def test_own_data_refused_ties_no_account_to_a_person(
    filed: AccessApplication, company: Represented, ewa: User
) -> None:
    known = known_of(filed)
    rows = (RowVerdict(pk=company.pk, is_approved=True),)
    for someone in (Subject.objects.create(kind="person", given_name="C.", family_name="Jawor"), known, None):
        with pytest.raises(errors.DecisionIncomplete, match="widzi jej dane"):
            deciding.decide(
                application_id=filed.pk, clerk=ewa, verdict=Verdict(False, someone, rows, "Inny adres.")
            )
    link_identity(identity=filed.identity, subject=known)
    assert deciding.decide(
        application_id=filed.pk, clerk=ewa, verdict=Verdict(False, known, rows, "Inny adres.")
    )
    filed.refresh_from_db()
    assert (filed.state, filed.own_decision, filed.decision_reason) == ("approved", "refused", "Inny adres.")


def test_refusing_everything_refuses_every_row(
    filed: AccessApplication, company: Represented, borys_row: Represented, ewa: User
) -> None:
    deciding.reject(application_id=filed.pk, clerk=ewa, reason="Nie.")
    filed.refresh_from_db()
    assert (filed.state, filed.own_decision) == ("rejected", "refused")
    assert set(Represented.objects.values_list("decision", "decision_reason")) == {("refused", "Nie.")}
    assert not Mandate.objects.exists() and DecisionDocument.objects.filter(application=filed).exists()


def test_two_clerks_four_eyes(
    pages: PageClient,
    filed: AccessApplication,
    company: Represented,
    ewa: User,
    second_clerk: User,
    settings: Any,
) -> None:
    settings.FOUR_EYES = ("mandates",)
    pages.sign_in(ewa)
    pages.client.post(url(filed, "wez"))
    values = approve(filed) | yes(company)
    page = pages.client.post(url(filed, "decyzja"), values, follow=True).content.decode()
    assert "czeka w kolejce na drugą osobę" in page and "Czeka na drugą osobę" in page
    filed.refresh_from_db()
    assert (filed.state, filed.assigned_to) == ("submitted", None) and not Mandate.objects.exists()
    page = pages.post(url(filed, "decyzja"), values, status=200).content.decode()
    assert "Drugą decyzję musi podjąć inna osoba" in page
    assert "czeka na drugą osobę" in pages.client.get(QUEUE).content.decode()

    pages.sign_in(second_clerk)
    page = pages.get(url(filed, "change")).content.decode()
    assert 'value="yes" checked' in page.replace("\n", " ") and "zatwierdź to samo" in page
    other = values | {f"row-{company.pk}-joint": "on"}
    assert "zatwierdziła co innego" in pages.post(url(filed, "decyzja"), other, status=200).content.decode()
    assert not Mandate.objects.exists() and Identity.objects.get(pk=filed.identity_id).subject is None
    pages.post(url(filed, "decyzja"), values)
    filed.refresh_from_db()
    assert (filed.state, filed.decided_by) == ("approved", second_clerk) and Mandate.objects.count() == 1
    assert not FirstApproval.objects.exists()


def test_first_approval_is_taken_back_by_a_refusal_or_a_correction(
    pages: PageClient,
    filed: AccessApplication,
    company: Represented,
    ewa: User,
    second_clerk: User,
    settings: Any,
) -> None:
    settings.FOUR_EYES = ("mandates",)
    verdict = Verdict(True, known_of(filed), (RowVerdict(pk=company.pk, is_approved=True),))
    assert not deciding.decide(application_id=filed.pk, clerk=ewa, verdict=verdict)
    with pytest.raises(SamePerson):
        deciding.decide(application_id=filed.pk, clerk=ewa, verdict=verdict)
    with pytest.raises(OtherTerms):
        joint = (RowVerdict(pk=company.pk, is_approved=True, is_joint=True),)
        deciding.decide(
            application_id=filed.pk, clerk=second_clerk, verdict=Verdict(True, known_of(filed), joint)
        )
    assert deciding.take_back_first(application_id=filed.pk, clerk=ewa)
    assert not deciding.take_back_first(application_id=filed.pk, clerk=ewa)
    assert not deciding.decide(application_id=filed.pk, clerk=ewa, verdict=verdict)
    pages.sign_in(second_clerk)
    asked = {"items": ["basis"], "text": "Dołącz uchwałę.", "answer_by": clock.today() + timedelta(days=10)}
    pages.post(url(filed, "poprawki"), asked)
    filed.refresh_from_db()
    assert filed.state == "needs_correction" and not FirstApproval.objects.exists()
    deciding.reject(application_id=filed.pk, clerk=second_clerk, reason="Nie.")
    assert filed.corrections.get().state == "closed"


def test_correction_form_says_what_is_missing(pages: PageClient, filed: AccessApplication, ewa: User) -> None:
    pages.sign_in(ewa)
    soon = clock.today() + timedelta(days=2)
    for values in (
        {}, {"items": ["gold"], "text": "Popraw.", "answer_by": soon},
        {"items": ["basis"], "text": "Popraw wszystko.", "answer_by": soon},
        {"items": ["basis"], "text": "Popraw wszystko.", "answer_by": "jutro"},
    ):  # fmt: skip
        page = pages.post(url(filed, "poprawki"), values, status=200).content.decode()
        assert "errorlist" in page
    filed.refresh_from_db()
    assert filed.state == "submitted" and "Popraw wszystko." in page


def test_after_a_withdrawal_there_is_nothing_to_decide(
    filed: AccessApplication, company: Represented, ewa: User
) -> None:
    correcting.withdraw_filed(identity=filed.identity, public_id=filed.public_id)
    with pytest.raises(errors.AlreadyDecided, match="wycofał"):
        deciding.reject(application_id=filed.pk, clerk=ewa, reason="Nie.")
    company.refresh_from_db()
    assert company.decision == ""


def test_files_are_given_to_clerks_only_and_on_record(
    pages: PageClient, filed: AccessApplication, company: Represented, ewa: User, filip: User
) -> None:
    file = Attachment.objects.create(
        application=filed, represented=company, purpose="basis", name="uchwała.pdf", mime="application/pdf",
        content=papers.PDF, size=len(papers.PDF), sha256="a" * 64, added_at=clock.now(),
    )  # fmt: skip
    address = f"{QUEUE}{filed.pk}/plik/{file.public_id}/"
    pages.sign_in(filip)
    assert pages.client.get(address).status_code == 403
    pages.sign_in(ewa, opens_data=False)
    assert pages.client.get(address).status_code == 302
    pages.sign_in(ewa)
    before = Record.objects.filter(action="access.read").count()
    response = pages.client.get(address)
    assert response.content == papers.PDF and response["Content-Disposition"].startswith("attachment")
    assert Record.objects.filter(action="access.read").count() == before + 1
    assert pages.client.get(f"{QUEUE}{filed.pk + 1}/plik/{file.public_id}/").status_code == 404
    assert pages.client.get(f"{QUEUE}{filed.pk}/decyzja.pdf").status_code == 404


def test_twenty_represented_take_the_queries_of_one(
    pages: PageClient, filed: AccessApplication, company: Represented, ewa: User
) -> None:
    pages.sign_in(ewa)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "Tartak" in pages.client.get(url(filed, "change"), {"osoba": "Tartak"}).content.decode()
        return len(captured)

    queries()
    one = queries()
    for number in range(2, 21):
        add_row(filed, f"{number:010d}", position=number)
    assert queries() == one
