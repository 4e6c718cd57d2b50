"""Channels as the town keeps them: switched in the admin, closed at once, on record."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import translation

from epuap.inbox.models import OutboundLetter
from portal.catalogue import demo as catalogue
from portal.channels import codes, demo, errors, intake, selectors, senders, services
from portal.channels.models import Channel, Receipt, in_language
from portal.journal.models import Record
from portal.people.models import User
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db
LETTER = senders.Letter("/celina/domyslna", b"<pismo/>", "Decyzja", "decyzja.xml", "test:1")


@pytest.fixture
def clerk(filip: User) -> User:
    filip.user_permissions.add(*Permission.objects.filter(codename__in=("change_channel", "view_channel")))
    return User.objects.get(pk=filip.pk)


def form_of(channel: Channel, **changes: Any) -> dict[str, Any]:
    names = ("name", "order", "legal_effect", "legal_effect_en", "legal_effect_uk")
    data = {name: getattr(channel, name) for name in names}
    data |= {name: "on" for name in ("takes_applications", "sends_letters") if getattr(channel, name)}
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def address(channel: Channel) -> str:
    return f"/admin/channels/channel/{channel.pk}/change/"


def test_the_four_channels_as_delivered() -> None:
    rows = {
        one.code: (one.takes_applications, one.sends_letters, one.receipt_kind)
        for one in Channel.objects.all()
    }
    assert rows == {
        "portal": (True, False, "upp"),
        "epuap": (True, True, "upp"),
        "edoreczenia": (False, False, "evidence"),
        "paper": (False, False, "stamp"),
    }
    assert all(one.legal_effect for one in Channel.objects.all())
    assert "2026" in selectors.channel("epuap").legal_effect


def test_open_channels_take_one_query_and_are_never_stale(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert [one.code for one in selectors.open_for_applications()] == ["portal", "epuap"]
    Channel.objects.filter(code="portal").update(takes_applications=False)
    with django_assert_num_queries(1):
        assert [one.code for one in selectors.open_for_applications()] == ["epuap"]
    assert not selectors.is_open("portal") and selectors.is_open("epuap")


def test_closing_in_the_admin_closes_the_door_at_once_and_is_on_record(
    pages: PageClient, clerk: User, celina: User
) -> None:
    pages.get("/konto/wniosek/formularz/", user=celina)
    portal = selectors.channel("portal")
    pages.post(address(portal), form_of(portal, takes_applications=None), user=clerk)
    assert not selectors.is_open("portal")
    record = Record.objects.get(action="channels.changed")
    assert (record.actor_id, record.reference) == (clerk.public_id, "portal")
    assert record.reason == "takes_applications=0"
    page = pages.get("/konto/wniosek/", user=celina).content.decode()
    assert "Wypełnij wniosek" not in page


def test_every_page_that_names_the_ways_follows_the_switch(pages: PageClient, celina: User) -> None:
    catalogue.load(date(2026, 11, 23))

    def named() -> dict[str, bool]:
        service = pages.get("/uslugi/dostep-do-konta/").content.decode()
        return {
            "sign-in": "tutaj albo na ePUAP" in pages.get("/logowanie/").content.decode(),
            "catalogue": "Wypełnij formularz na ePUAP" in service,
        }

    assert named() == {"sign-in": True, "catalogue": True}
    Channel.objects.filter(code="epuap").update(takes_applications=False)
    assert named() == {"sign-in": False, "catalogue": False}
    account = pages.get("/konto/", user=celina).content.decode()
    assert "Złóż wniosek w portalu" in account and "Wypełnij formularz na ePUAP" not in account


def test_saving_nothing_new_is_not_on_record(pages: PageClient, clerk: User) -> None:
    portal = selectors.channel("portal")
    pages.post(address(portal), form_of(portal), user=clerk)
    assert not Record.objects.filter(action="channels.changed").exists()


@pytest.mark.parametrize("switch", ["takes_applications", "sends_letters"])
@pytest.mark.parametrize("code", ["edoreczenia", "paper"])
def test_what_nothing_here_serves_cannot_be_switched_on(
    pages: PageClient, clerk: User, code: str, switch: str
) -> None:
    channel = selectors.channel(code)
    pages.sign_in(clerk)
    page = pages.client.post(address(channel), form_of(channel, **{switch: "on"}))
    assert page.status_code == 200 and "Ta instalacja nie ma jeszcze programu" in page.content.decode()
    assert not getattr(selectors.channel(code), switch)
    setattr(channel, switch, True)
    with pytest.raises((errors.NoSender, errors.NoIntake)):
        services.change_channel(channel, changed=[switch], actor_id=clerk.public_id)
    assert not getattr(selectors.channel(code), switch)


def test_a_channel_without_a_legal_effect_is_not_saved(pages: PageClient, clerk: User) -> None:
    portal = selectors.channel("portal")
    pages.sign_in(clerk)
    assert pages.client.post(address(portal), form_of(portal, legal_effect="  ")).status_code == 200
    assert selectors.channel("portal").legal_effect.strip()
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.filter(code="portal").update(legal_effect="")


def test_channels_are_neither_added_nor_deleted(pages: PageClient, clerk: User, filip: User) -> None:
    filip.user_permissions.add(*Permission.objects.filter(codename__in=("add_channel", "delete_channel")))
    pages.get("/admin/channels/channel/add/", user=clerk, status=403)
    pages.get(f"/admin/channels/channel/{selectors.channel('paper').pk}/delete/", status=403)


def test_nobody_without_the_right_changes_a_channel(pages: PageClient, borys: User, filip: User) -> None:
    portal = selectors.channel("portal")
    for user, status in ((filip, 403), (borys, 404)):
        pages.post(address(portal), form_of(portal, takes_applications=None), user=user, status=status)
        assert selectors.is_open("portal")


def test_receipts_can_only_be_looked_at(pages: PageClient, filip: User, keep: Callable[[], Receipt]) -> None:
    filip.user_permissions.add(*Permission.objects.filter(content_type__model="receipt"))
    receipt = keep()
    pages.sign_in(filip)
    there = f"/admin/channels/receipt/{receipt.pk}"
    page = pages.client.get(f"{there}/change/").content.decode()
    assert receipt.identifier in page and 'name="_save"' not in page
    assert pages.client.post(f"{there}/change/", {"identifier": "x"}).status_code == 403
    assert pages.client.get(f"{there}/delete/").status_code == 403
    assert pages.client.get("/admin/channels/receipt/add/").status_code == 403
    assert receipt.identifier in pages.client.get("/admin/channels/receipt/").content.decode()


def test_letters_leave_through_the_channel_once() -> None:
    for _again in range(2):
        senders.send("epuap", LETTER)
    letter = OutboundLetter.objects.get()
    assert (letter.recipient_box, bytes(letter.document)) == ("/celina/domyslna", b"<pismo/>")


def test_letters_do_not_leave_through_a_closed_channel_or_one_without_a_sender() -> None:
    Channel.objects.filter(code="epuap").update(sends_letters=False)
    with pytest.raises(errors.NotSending):
        senders.send("epuap", LETTER)
    Channel.objects.filter(code="edoreczenia").update(sends_letters=True)
    with pytest.raises(errors.NoSender):
        senders.send("edoreczenia", LETTER)
    with pytest.raises(Channel.DoesNotExist):
        senders.send("gołąb", LETTER)
    assert not OutboundLetter.objects.exists()
    with pytest.raises(ValueError, match="has a sender"):
        senders.register("epuap", lambda letter: None)
    assert intake.has_taker("portal") and not intake.has_taker("paper")


def test_the_legal_effect_is_in_the_readers_language_or_in_polish() -> None:
    channel = Channel(legal_effect="po polsku", legal_effect_en="in English", legal_effect_uk=" ")
    for language, expected in (
        ("pl", ("po polsku", "pl")),
        ("en", ("in English", "en")),
        ("en-gb", ("in English", "en")),
        ("uk", ("po polsku", "pl")),
        ("de", ("po polsku", "pl")),
    ):
        with translation.override(language):
            assert in_language(channel.effects) == expected
    with translation.override(None):
        assert in_language(channel.effects) == ("po polsku", "pl")


def test_codes_are_typed_as_people_type() -> None:
    code = codes.new_code()
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){3}[2-9A-HJKMNP-Z]{4}", code)
    bare = code.replace("-", "")
    for typed in (code, code.lower(), bare, f" {code} ", code.replace("-", " "), code.replace("-", " – ")):
        assert codes.normalise(typed) == code
    for wrong in ("", "-", bare[:-1], bare + "2", bare[:-1] + "0", bare[:-1] + "Ł", "A" * 5000, "\x00" * 16):
        assert codes.normalise(wrong) is None
    assert len({codes.new_code() for _ in range(1000)}) == 1000


def test_an_identifier_of_an_own_receipt_is_given_once(keep: Callable[[], Receipt]) -> None:
    keep()
    with pytest.raises(IntegrityError), transaction.atomic():
        keep()


def test_a_receipt_keeps_the_legal_effect_of_its_day(keep: Callable[[], Receipt]) -> None:
    receipt = keep()
    before = selectors.channel("portal").legal_effect
    Channel.objects.filter(code="portal").update(legal_effect="inaczej")
    receipt.refresh_from_db()
    assert receipt.legal_effect == {"pl": before}


def test_the_demo_town_has_the_legal_effects_translated_and_keeps_its_own_words() -> None:
    Channel.objects.filter(code="portal").update(legal_effect_en="Our own words.")
    demo.load()
    assert all(set(one.effects) == {"pl", "en", "uk"} for one in Channel.objects.all())
    assert selectors.channel("portal").legal_effect_en == "Our own words."
