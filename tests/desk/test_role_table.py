"""Every address of the admin, as the resolver knows it, asked for as every role: what opens is declared here."""

from datetime import date
from uuid import UUID

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, reverse

from eurzad.lib import clock
from eurzad.lib.personas import FILIP
from portal.desk import roles
from portal.desk.roles import Role
from portal.journal.models import Record
from portal.people.models import User
from tests.support.pages import PageClient
from tests.support.people import make_clerk
from tests.taxes.ledger import charge

TABLE: dict[Role, dict[str, tuple[str, str]]] = {
    Role.ACCESS: {
        "access_accessapplication": (
            "attachment change decision_pdf history list",
            "change claim correct decide release take_back",
        ),
        "channels_receipt": ("change history list", ""),
        "mandates_mandate": ("add change document history list", "add change decide document"),
    },
    Role.TAXES: {
        "payments_payment": ("change history list", ""),
        "payments_providerevent": ("change history list", ""),
        "taxes_account": ("change history list", ""),
        "taxes_datedamount": ("change history list", ""),
        "taxes_interestrate": ("change history list", ""),
        "taxes_ledgerimport": ("change history list report", "report"),
        "taxes_paymentreceived": ("change history list resolve", "resolve"),
        "taxes_receivable": ("change history list", ""),
        "taxes_receivabletype": ("change history list", ""),
        "taxes_sourcesystem": ("change history list", ""),
    },
    Role.REGISTERS: {
        "catalogue_service": ("add change delete history list", "add change delete"),
        "news_announcement": ("add change delete history list", "add change delete"),
        "registers_alcohollicence": ("add change delete history list", "add change delete"),
        "registers_contract": ("add change delete history list", "add change delete"),
        "registers_lease": ("add change delete history list", "add change delete"),
        "registers_property": ("add change delete history list", "add change delete"),
    },
    Role.LETTERS: {
        "channels_channel": ("change history list", ""),
        "channels_receipt": ("change history list", ""),
        "inbox_inboundattachment": ("change download history list", "download"),
        "inbox_inbounddocument": (
            "act change download enclosed history list",
            "act change download enclosed",
        ),
        "inbox_outboundletter": ("act change download history list", "act change download"),
    },
    Role.AUDITOR: {
        "journal_head": ("change history list", ""),
        "journal_record": ("change history list", ""),
    },
    Role.ADMINISTRATOR: {
        "catalogue_service": ("add change delete history list", "add change delete"),
        "channels_channel": ("change history list", "change"),
        "desk_template": ("add change delete history list", "add change delete"),
        "news_announcement": ("add change delete history list", "add change delete"),
        "outbox_job": ("change history list", ""),
        "people_user": ("add change history list", "add change"),
        "taxes_datedamount": ("add change history list", "add change"),
        "taxes_interestrate": ("add change history list", "add change reviewed"),
        "taxes_ledgerkey": ("add change history list", "add"),
        "taxes_receivabletype": ("add change history list", "add change"),
        "auth_user": ("password_change", "password_change"),
    },
}
"""What a role reads, and what it may send, by model; all the rest is refused, rows that are not there too."""
EVERYBODY = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "autocomplete",
    "view_on_site",
    "app_list",
}


def addresses() -> dict[str, str]:
    """Name of each page -> an address of it; of a row that is not there."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns)
            elif one.name and one.name not in EVERYBODY:
                found[one.name] = address(one)

    walk(admin.site.get_urls())
    return found


VALUES = {"int": 999_999, "uuid": UUID("00000000-0000-4000-8000-000000000000")}


def address(pattern: URLPattern) -> str:
    converters = {name: type(one).__name__.lower() for name, one in pattern.pattern.converters.items()}
    names = converters or dict.fromkeys(pattern.pattern.regex.groupindex, "int")
    values = {name: VALUES.get(kind.removesuffix("converter"), 999_999) for name, kind in names.items()}
    return reverse(f"admin:{pattern.name}", kwargs=values)


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_opens_and_sends(pages: PageClient, db: None, role: Role) -> None:
    member = make_clerk(FILIP)
    roles.give(member, role)
    pages.sign_in(member)
    reads, sends = set(), set()
    for name, url in addresses().items():
        if pages.client.get(url).status_code not in (403, 405):
            reads.add(name)
        if not name.endswith(("_changelist", "_history")) and pages.client.post(url).status_code not in (
            403,
            405,
        ):
            sends.add(name)
    for found, column in ((reads, 0), (sends, 1)):
        declared = {
            f"{model}_{'changelist' if page == 'list' else page}"
            for model, row in TABLE[role].items()
            for page in row[column].split()
        }
        assert found == declared, found ^ declared


@pytest.mark.parametrize("role", list(Role))
def test_nobody_edits_or_removes_a_row_of_the_book(pages: PageClient, anna: User, role: Role) -> None:
    receivable = charge(anna, (date(2026, 5, 15), "100.00"))
    member = make_clerk(FILIP)
    roles.give(member, role)
    pages.sign_in(member)
    for model, row in (("receivable", receivable), ("account", receivable.account)):
        for verb in ("add", "change", "delete"):
            assert not member.has_perm(f"taxes.{verb}_{model}")
        page = f"/admin/taxes/{model}/{row.pk}/"
        for verb in ("change", "delete"):
            assert pages.client.post(f"{page}{verb}/", {"post": "yes", "title": "x"}).status_code == 403
    assert type(receivable).objects.get(pk=receivable.pk).title == receivable.title


def test_book_of_a_person_opens_for_a_reason_and_a_payment_is_resolved_with_a_fresh_code(
    pages: PageClient, anna: User
) -> None:
    receivable = charge(anna, (date(2026, 5, 15), "100.00"))
    member = make_clerk(FILIP)
    roles.give(member, Role.TAXES)
    pages.sign_in(member, opens_data=False)
    for row in (receivable, receivable.account):
        page = f"/admin/taxes/{row._meta.model_name}/{row.pk}/change/"
        assert pages.client.get(page)["Location"].startswith("/admin/dane-osobowe/payments/")
    pages.sign_in(member)
    assert pages.client.get(page).status_code == 200
    read = Record.objects.get(action="receivables.read")
    assert (read.actor_id, read.reason) == (member.public_id, "Sprawdzenie w teście")
    _age(pages)
    for url in ("paymentreceived/1/rozstrzygnij/", "ledgerimport/"):
        asked = pages.client.post(f"/admin/taxes/{url}", {"reason": "x"})
        assert asked["Location"].startswith("/logowanie/pracownik/potwierdz/kod/")


def test_password_of_another_is_set_with_a_fresh_code(pages: PageClient, ewa: User) -> None:
    member, other = make_clerk(FILIP), User.objects.create(username="nowa", kind="staff", is_staff=True)
    roles.give(member, Role.ADMINISTRATOR)
    pages.sign_in(member)
    _age(pages)
    asked = pages.client.post(
        f"/admin/people/user/{other.pk}/password/", {"password1": "x", "password2": "x"}
    )
    assert asked["Location"].startswith("/logowanie/pracownik/potwierdz/kod/")


def test_history_does_not_tell_which_rows_are_there(pages: PageClient, anna: User) -> None:
    member = make_clerk(FILIP)
    roles.give(member, Role.AUDITOR)
    pages.sign_in(member)
    for pk in (anna.pk, 999_999):
        assert pages.client.get(f"/admin/people/user/{pk}/history/").status_code == 403
        assert pages.client.get(f"/admin/outbox/job/{pk}/history/").status_code == 403


def _age(pages: PageClient) -> None:
    session = pages.client.session
    at = clock.now().timestamp() - 60 * 11
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": at}]
    session.save()
