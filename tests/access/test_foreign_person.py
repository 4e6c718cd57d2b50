"""A person known by a foreign eID, without a PESEL: form, document, desk, and what they cannot do."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from epuap.xml import application as application_xml
from eurzad.lib import clock, xml
from eurzad.lib.personas import ANNA, GRAZYNA
from portal.access import documents, errors, evidence
from portal.access.models import AccessApplication
from portal.access.services import deciding, signing
from portal.people import services
from portal.people.models import Subject, User
from tests.access.conftest import FORM, NAMESPACE, form_document, sign_as
from tests.support.pages import PageClient
from tests.support.people import make_subject

IDENTIFIER = "DE/PL/aB7-55501234"
MASKED = "DE/PL/••••1234"


@pytest.fixture
def heidi(db: None) -> User:
    """Somebody who signed in with a German eID."""
    identity = services.sign_in_identity(
        scheme="eidas",
        identifier=IDENTIFIER,
        given_name="Heidi",
        family_name="Erle",
        birth_date=date(1871, 5, 2),
    )
    return User.objects.get(identity=identity)


@pytest.fixture
def waiting(
    pages: PageClient, heidi: User, the_application: Callable[[], AccessApplication]
) -> AccessApplication:
    """Her application with the office, as a signed upload leaves it."""
    pages.post("/konto/wniosek/formularz/", FORM, user=heidi)
    now = clock.now()
    draft = the_application()
    draft.state, draft.door, draft.number = "submitted", "epuap", "EU.1900.000001"
    draft.inbound_document = draft.public_id
    draft.signed_document, draft.signature_report = b"<a/>", {"status": "indeterminate", "signer": None}
    draft.received_at, draft.due_on = now, now.date()
    draft.save()
    return the_application()


@pytest.fixture
def clerk(filip: User) -> User:
    """Filip with the right to decide, and no other."""
    filip.user_permissions.add(Permission.objects.get(codename="decide_accessapplication"))
    return User.objects.get(pk=filip.pk)


def test_the_form_and_its_preview_show_the_masked_identifier_and_the_way_on(
    pages: PageClient, heidi: User, the_application: Callable[[], AccessApplication]
) -> None:
    form = pages.get("/konto/wniosek/formularz/", user=heidi).content.decode()
    assert "Identyfikator eIDAS" in form and MASKED in form and IDENTIFIER not in form
    assert "bez numeru PESEL" in form
    pages.post("/konto/wniosek/formularz/", FORM)
    preview = pages.get("/konto/wniosek/podglad/").content.decode()
    assert MASKED in preview and "podpisem kwalifikowanym" in preview
    assert documents.STATEMENT in preview, "nobody signs a declaration unseen"
    assert 'action="/konto/wniosek/podpis/"' not in preview, "the trusted signature needs a PESEL"


def test_the_way_is_told_by_what_the_person_can_sign_with(pages: PageClient, heidi: User) -> None:
    intro = pages.get("/konto/wniosek/", user=heidi).content.decode()
    assert "Podpisujesz go podpisem kwalifikowanym." in intro and "podpisem zaufanym" not in intro


def test_the_pdf_to_sign_is_a_letter_of_the_applicant_to_the_office(
    pages: PageClient,
    heidi: User,
    the_application: Callable[[], AccessApplication],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=heidi)
    pages.post("/konto/wniosek/podpis/wlasny/")
    monkeypatch.setattr(documents, "html_to_pdf", lambda html, identifier: html.encode())
    letter = documents.build_pdf(the_application()).decode()
    applicant, addressee, title, statement = (
        letter.index(part) for part in ("Heidi Erle", "Adresat", "<h1>", documents.STATEMENT)
    )
    assert applicant < addressee < title < statement
    assert "<header>" not in letter, "the office's letterhead is for the office's letters"


def test_the_trusted_signature_is_refused_and_the_draft_kept(
    pages: PageClient, heidi: User, the_application: Callable[[], AccessApplication]
) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=heidi)
    with pytest.raises(errors.TrustedSignatureNeedsPesel):
        signing.start_signing(identity=heidi.identity)
    pages.post("/konto/wniosek/podpis/")
    assert "podpisem kwalifikowanym" in pages.get("/konto/wniosek/").content.decode()
    assert the_application().state == "draft"


def test_the_document_carries_the_identifier_in_place_of_the_pesel(
    pages: PageClient, heidi: User, the_application: Callable[[], AccessApplication]
) -> None:
    pages.post("/konto/wniosek/formularz/", FORM, user=heidi)
    document, _digest = documents.build_document(the_application())
    (value,) = xml.parse(document).findall(".//{*}IdOsoby/{*}InnyIdentyfikator/{*}WartoscIdentyfikatora")
    assert value.text == IDENTIFIER
    assert b":PESEL>" not in document
    found, remarks = application_xml.parse(document, namespace=NAMESPACE)
    assert (found.pesel, found.other_identifier, remarks) == ("", IDENTIFIER, ())


def test_the_desk_shows_it_masked_and_says_that_the_ledger_cannot_be_matched(
    pages: PageClient, waiting: AccessApplication, clerk: User
) -> None:
    make_subject(ANNA)
    pages.sign_in(clerk)
    page = pages.client.get(
        f"/admin/access/accessapplication/{waiting.pk}/change/?osoba=Wrzos"
    ).content.decode()
    assert MASKED in page and IDENTIFIER not in page
    assert "potwierdzono go przy logowaniu" in page, "no signature carries it"
    assert "nie można przeszukać po numerze PESEL" in page and "02.05.1871" in page
    assert "ma PESEL, którego wnioskodawca nie potwierdził" in page
    assert "ten sam PESEL" not in page and "nie ma tego numeru PESEL" not in page


def test_the_ledger_says_that_it_cannot_search(waiting: AccessApplication) -> None:
    identity = waiting.identity
    facts = evidence.gather(
        evidence.Identifiers(identity.scheme, identity.fingerprint, given_name="Heidi", family_name="Erle")
    )
    assert [fact.value for fact in facts] == ["bez numeru PESEL nie da się ich odszukać po numerze"]


def test_a_subject_with_a_pesel_is_not_given_to_her(waiting: AccessApplication, clerk: User) -> None:
    with pytest.raises(errors.DecisionIncomplete, match="nie potwierdził"):
        deciding.approve(application_id=waiting.pk, clerk=clerk, subject=make_subject(ANNA))


def test_a_subject_without_a_number_may_be(waiting: AccessApplication, clerk: User) -> None:
    subject = Subject.objects.create(kind="person", given_name="Heidi", family_name="Erle")
    deciding.approve(application_id=waiting.pk, clerk=clerk, subject=subject)
    waiting.identity.refresh_from_db()
    assert waiting.identity.subject == subject


def test_a_new_entry_is_found_by_her_identifier_next_time(waiting: AccessApplication, clerk: User) -> None:
    deciding.approve(application_id=waiting.pk, clerk=clerk, subject=None)
    subject = services.find_subject("eidas", IDENTIFIER)
    assert subject is not None and subject.identity == waiting.identity
    assert not subject.identifiers.filter(scheme="pesel").exists()


def test_a_form_on_epuap_may_carry_another_identifier(deliver: Callable[..., Any], tps_seal: Any) -> None:
    """Signed by a person with a PESEL, it is taken, and the clerk sees that the numbers differ."""
    document = form_document(GRAZYNA).decode()
    number = f"<oso:PESEL>{GRAZYNA.pesel}</oso:PESEL>"
    assert number in document
    other = (
        "<oso:InnyIdentyfikator><oso:TypIdentyfikatora>eIDAS</oso:TypIdentyfikatora>"
        f"<oso:WartoscIdentyfikatora>{IDENTIFIER}</oso:WartoscIdentyfikatora></oso:InnyIdentyfikator>"
    )
    deliver(sign_as(GRAZYNA, document.replace(number, other).encode(), tps_seal))
    application = AccessApplication.objects.select_related("identity").get()
    assert (application.identifier_scheme, application.identity.scheme) == ("eidas", "pesel")
    assert application.form_remarks == []
    assert application.masked_identifier == MASKED
