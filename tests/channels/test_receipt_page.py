"""A receipt as a page and a PDF: all that the official stylesheet shows, and how to check it."""

import dataclasses
from collections.abc import Callable
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from pyhanko.pdf_utils.reader import PdfFileReader

from eurzad.lib.pdf import html_to_pdf
from portal.channels import presenting
from portal.channels.models import Receipt
from tests.channels.conftest import DOCUMENT, UPD, UPP, Seals, upd, upp

pytestmark = pytest.mark.django_db


def body(receipt: Receipt) -> str:
    return render_to_string("channels/receipt_pdf.html", {"receipt": presenting.show_receipt(receipt)})


def test_everything_of_a_submission_receipt_is_shown(keep: Callable[[], Receipt]) -> None:
    receipt = keep()
    html = body(receipt)
    for shown in (
        "Urzędowe poświadczenie przedłożenia (UPP)", UPP.identifier, UPP.addressee_name, UPP.addressee_id, "ePUAP-ID",
        UPP.sender_name, UPP.sender_id, "eUrzad-ID", "23.11.2026, 10:15:30", "23.11.2026, 10:15:31", UPP.document_id,
        "Rodzaj", "wniosek.xml", "Poświadczenie zostało podpisane", receipt.code, "/upo/", receipt.sha256,
        receipt.document_sha256, receipt.legal_effect["pl"],
    ):  # fmt: skip
        assert shown in html, shown


def test_everything_of_a_delivery_receipt_is_shown(keep: Callable[..., Receipt], seals: Seals) -> None:
    html = body(keep(upd(seals.epuap)))
    for shown in (
        "Urzędowe poświadczenie doręczenia (UPD)", UPD.identifier, "Podmiot wystawiający poświadczenie",
        UPD.issuer_name, UPD.addressee_name, "21.11.2026, 09:00:00", "20.11.2026, 12:00:00",
        UPD.case_id, UPD.document_id, "pismo.xml",
    ):  # fmt: skip
        assert shown in html, shown


def test_what_a_receipt_leaves_out_makes_no_empty_row(seals: Seals) -> None:
    rows = presenting.all_rows(
        dataclasses.replace(UPP, sender_id="", created_at=None, extra=(("", "uwaga"),))
    )
    assert all(value for _label, value in rows)
    assert ("Informacja uzupełniająca", "uwaga") in rows
    assert not [label for label, _value in rows if "Nadawca –" in label or "wytworzenia" in label]


def test_markup_in_a_receipt_is_text(keep: Callable[..., Receipt], seals: Seals) -> None:
    hostile = dataclasses.replace(UPP, sender_name="<script>alert(1)</script>")
    html = body(keep(upp(seals.office, hostile)))
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_the_pdf_is_tagged_and_the_same_every_time(keep: Callable[[], Receipt]) -> None:
    receipt = keep()
    first = html_to_pdf(body(receipt), identifier=f"upp-{receipt.public_id}")
    root = PdfFileReader(BytesIO(first)).root
    assert b"pdfuaid:part" in root["/Metadata"].data
    assert "/StructTreeRoot" in root and root["/MarkInfo"]["/Marked"] and root["/Lang"] == "pl"
    assert html_to_pdf(body(Receipt.objects.get()), identifier=f"upp-{receipt.public_id}") == first


def test_the_town_s_words_are_marked_with_their_language(keep: Callable[[], Receipt]) -> None:
    receipt = keep()
    with translation.override("en"):
        assert f'<p lang="pl">{receipt.legal_effect["pl"]}</p>' in body(receipt)
        receipt.legal_effect["en"] = "In English"
        assert '<p lang="en">In English</p>' in body(receipt)


def test_the_bytes_are_kept_as_they_were_issued(keep: Callable[..., Receipt], seals: Seals) -> None:
    content = upp(seals.office, document=DOCUMENT)
    keep(content)
    assert bytes(Receipt.objects.get().content) == content
