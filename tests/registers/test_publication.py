"""The law of publication: what is not declared public never appears, anywhere."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eurzad.lib.personas import ANNA
from portal.access.evidence import Identifiers
from portal.people import pii
from portal.people.models import User
from registers.declarations import LEASES, REGISTERS
from registers.evidence import facts_about
from registers.models import Contract, ContractParty, Lease, Property
from registers.services import entries_changed
from tests.registers.conftest import lease_row, licence_row, property_row
from tests.support.pages import PageClient

MARKER = "TAJNEDANE"
# Columns that exist for the office only; a new column must be declared public or added here.
INTERNAL = {
    "contract": {"id", "is_published", "search_text", "internal_note", "updated_at", "parties"},
    "property": {
        "id",
        "is_published",
        "search_text",
        "internal_note",
        "updated_at",
        "land_register_number",
        "leases",
    },
    "licence": {"id", "is_published", "search_text", "internal_note", "updated_at", "holder"},
    "lease": {
        "id",
        "is_published",
        "search_text",
        "internal_note",
        "updated_at",
        "lessee",
        "lessee_name",
        "is_lessee_public",
        "property",
    },
}


@pytest.fixture
def secrets(make_contract: Callable[..., Contract], anna: User) -> None:
    """Entries with a marker in everything that is not public, and a hidden entry in each register."""
    subject = anna.identity.subject
    subject.street = MARKER
    subject.save()
    contract = make_contract("UM/1", internal_note=MARKER)
    ContractParty.objects.create(
        contract=contract,
        position=2,
        name=MARKER,
        nip="1000010007",
        regon="990000006",
        is_public=False,
        redaction_reason="prywatność",
    )
    make_contract("UM/2", is_published=False, subject_matter=MARKER)
    property_row(internal_note=MARKER, land_register_number=MARKER)
    property_row(inventory_number="GM/2", address=MARKER, is_published=False)
    licence_row(internal_note=MARKER, holder=subject)
    licence_row(number="ZA/2", point_name=MARKER, is_published=False)
    hidden = Property.objects.get(inventory_number="GM/2")
    lease_row(internal_note=MARKER, lessee_name=MARKER, lessee=subject, property=hidden)
    lease_row(number="DZ/2", object_name=MARKER, is_published=False)
    for spec in REGISTERS:
        entries_changed(spec)


@pytest.mark.parametrize("spec", REGISTERS, ids=lambda spec: spec.name)
def test_every_column_is_declared_public_or_internal(spec) -> None:
    columns = {field.name for field in spec.model._meta.get_fields()}
    assert columns - set(spec.columns) == INTERNAL[spec.name]


@pytest.mark.parametrize("spec", REGISTERS, ids=lambda spec: spec.name)
def test_no_page_shows_what_is_not_public(pages: PageClient, secrets: None, spec) -> None:
    response = pages.get(reverse(f"registers:{spec.name}_list"))
    assert response.context["list"].total == 1
    assert MARKER not in response.content.decode()
    for entry in spec.model.objects.all():
        url = reverse(f"registers:{spec.name}_detail", args=[entry.public_id])
        response = pages.get(url, status=200 if entry.is_published else 404)
        assert MARKER not in response.content.decode()


@pytest.mark.parametrize("spec", REGISTERS, ids=lambda spec: spec.name)
def test_what_is_not_public_is_neither_found_nor_read(pages: PageClient, secrets: None, spec) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = pages.get(reverse(f"registers:{spec.name}_list"), data={"q": MARKER})
    assert response.context["list"].total == 0
    assert MARKER.lower() not in spec.model.objects.get(is_published=True).search_text
    selected = " ".join(query["sql"].partition(" FROM ")[0] for query in queries)
    assert "internal_note" not in selected
    assert "land_register" not in selected
    assert MARKER not in pages.get("/szukaj/", data={"q": "remont"}).content.decode()


def test_redacted_party_is_shown_with_the_reason(pages: PageClient, secrets: None) -> None:
    contract = Contract.objects.get(number="UM/1")
    html = pages.get(reverse("registers:contract_detail", args=[contract.public_id])).content.decode()
    assert "Dane wyłączone z jawności (prywatność)" in html
    assert "990000006" not in html
    assert "990000006" not in contract.search_text


def test_lessee_is_shown_only_where_public(pages: PageClient, db: None) -> None:
    lease_row(lessee_name="Firma Jawna s.c.", is_lessee_public=True, redaction_reason="")
    assert "Firma Jawna s.c." in pages.get("/rejestry/dzierzawy/", data={"q": "jawna"}).content.decode()
    Lease.objects.update(is_lessee_public=False, redaction_reason="prywatność")
    entries_changed(LEASES)
    assert pages.get("/rejestry/dzierzawy/", data={"q": "jawna"}).context["list"].total == 0


def test_redaction_needs_a_reason_and_value_or_its_absence(make_contract: Callable[..., Contract]) -> None:
    contract = make_contract("UM/1")
    with pytest.raises(ValidationError, match="powodu"):
        ContractParty(contract=contract, position=2, name="X", is_public=False).full_clean()
    contract.value = None
    with pytest.raises(ValidationError, match="powód jej braku"):
        contract.full_clean()
    with pytest.raises(IntegrityError):
        contract.save()


def test_wrong_nip_is_refused(make_contract: Callable[..., Contract]) -> None:
    with pytest.raises(ValidationError, match="NIP"):
        ContractParty(contract=make_contract("UM/1"), position=2, name="X", nip="1000010008").full_clean()


def test_unknown_entry_is_a_page_that_does_not_exist(pages: PageClient, db: None) -> None:
    pages.get("/rejestry/umowy/00000000-0000-0000-0000-000000000000/", status=404)


def test_clerk_learns_what_registers_know_of_an_applicant(anna: User) -> None:
    subject = anna.identity.subject
    lease_row(lessee=subject, lessee_name=subject.display_name)
    asked = {"scheme": "pesel", "fingerprint": pii.fingerprint("pesel", ANNA.pesel), "given_name": "ANNA"}
    name, lease = facts_about(Identifiers(family_name="Wrzos", **asked))
    assert (name.value, name.matches) == ("Anna Wrzos", True)
    assert (lease.label, lease.matches) == ("DZ/1", None)
    assert facts_about(Identifiers(family_name="Inna", **asked))[0].matches is False
    assert (
        facts_about(Identifiers(scheme="pesel", fingerprint="0" * 64, given_name="A", family_name="B")) == []
    )


def test_admin_keeps_search_and_state_up_to_date(
    pages: PageClient, ewa: User, contracts: list[Contract]
) -> None:
    contract = contracts[0]
    party = contract.parties.get()
    pages.sign_in(ewa)
    form = {
        "number": contract.number,
        "concluded_on": "2023-06-01",
        "subject_matter": "Zmieniony przedmiot",
        "kind": contract.kind,
        "value": "10.00",
        "procedure": contract.procedure,
        "unit": contract.unit,
        "status": contract.status,
        "is_published": "on",
        "parties-TOTAL_FORMS": "1",
        "parties-INITIAL_FORMS": "1",
        "parties-0-id": str(party.pk),
        "parties-0-contract": str(contract.pk),
        "parties-0-position": "1",
        "parties-0-name": "Nowa Nazwa",
        "parties-0-is_public": "on",
    }
    response = pages.client.post(f"/admin/registers/contract/{contract.pk}/change/", form)
    assert response.status_code == 302, response.context["errors"]
    page = pages.get("/rejestry/umowy/", data={"q": "zmieniony nowa nazwa", "rok": "2023"}).context["list"]
    assert page.total == 1
    assert not page.notes


def test_demo_is_the_same_every_time(db: None) -> None:
    from registers import demo

    assert demo.load(date(2026, 11, 23)) == {"contract": 500, "property": 80, "licence": 30, "lease": 20}
    before = list(Contract.objects.order_by("pk").values_list("public_id", "search_text"))
    demo.load(date(2026, 11, 24))
    assert list(Contract.objects.order_by("pk").values_list("public_id", "search_text")) == before
    for party in ContractParty.objects.all():
        party.full_clean()


def test_words_of_the_town_are_marked_polish_for_a_reader_of_another_language(
    pages: PageClient, make_contract: Callable[..., Contract]
) -> None:
    contract = make_contract("UM/7", value=None, value_absence_reason="stawki jednostkowe")
    pages.get("/jezyk/en/", status=302)
    for address in (
        reverse("registers:contract_list"),
        reverse("registers:contract_detail", args=[contract.public_id]),
    ):
        page = pages.get(address).content.decode()
        for words in ("Remont chodnika", "stawki jednostkowe"):
            assert f'<span lang="pl">{words}</span>' in page
        assert '<span lang="pl">UM/7' not in page
    before = pages.get(reverse("registers:contract_list")).content.decode().count('<span lang="pl">')
    ContractParty.objects.filter(contract=contract).update(is_public=False, redaction_reason="prywatność")
    after = pages.get(reverse("registers:contract_list")).content.decode().count('<span lang="pl">')
    assert after == before - 1  # that a name is hidden is said by the portal, in the reader's language
