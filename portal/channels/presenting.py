"""A receipt as a page and a PDF: everything that the official stylesheet shows, and how to check it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from epuap.xml.receipts import ReceiptData, UpdData, UppData, read_receipt
from eurzad.lib import clock, dates
from portal.channels.models import Receipt, in_language

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class ShownReceipt:
    """A kept receipt ready to print."""

    title: str
    rows: Rows
    references: list[str]
    code: str
    check_url: str
    sha256: str
    document_sha256: str
    legal_effect: str
    legal_effect_language: str


def show_receipt(receipt: Receipt) -> ShownReceipt:
    """Make a kept receipt ready to print. Raises ReceiptRefused if its bytes are no receipt."""
    data = read_receipt(bytes(receipt.content))
    effect, language = in_language(receipt.legal_effect)
    return ShownReceipt(
        title=title_of(data),
        rows=all_rows(data),
        references=references_of(data),
        code=receipt.code,
        check_url=settings.PORTAL_BASE_URL + reverse("channels:check"),
        sha256=receipt.sha256,
        document_sha256=receipt.document_sha256,
        legal_effect=effect,
        legal_effect_language=language,
    )


def title_of(data: UppData | UpdData) -> str:
    """The heading of this kind of receipt."""
    if isinstance(data, UppData):
        return _("Urzędowe poświadczenie przedłożenia (UPP)")
    return _("Urzędowe poświadczenie doręczenia (UPD)")


def all_rows(data: UppData | UpdData) -> Rows:
    """Everything the receipt says, in the order of the official stylesheet; what it leaves out is left out."""
    addressee = _party(_("Adresat"), data.addressee_name, data.addressee_id, data.addressee_id_type)
    if isinstance(data, UppData):
        other = _party(_("Nadawca"), data.sender_name, data.sender_id, data.sender_id_type)
        rows = [*addressee, *other, *moments(data)]
    else:
        other = _party(
            _("Podmiot wystawiający poświadczenie"), data.issuer_name, data.issuer_id, data.issuer_id_type
        )
        rows = [*other, *addressee, *moments(data), (_("Identyfikator sprawy"), data.case_id)]
    rows = [
        (_("Identyfikator poświadczenia"), data.identifier),
        *rows,
        (_("Identyfikator dokumentu"), data.document_id),
        *((kind or _("Informacja uzupełniająca"), text) for kind, text in data.extra),
    ]
    return [(label, value) for label, value in rows if value]


def moments(data: UppData | UpdData) -> Rows:
    """The two moments of a receipt."""
    first = (
        (_("Data doręczenia"), to_the_second(data.delivered_at))
        if isinstance(data, UppData)
        else (_("Data odbioru"), to_the_second(data.received_at))
    )
    made = to_the_second(data.created_at) if data.created_at else ""
    return [first, (_("Data wytworzenia poświadczenia"), made)]


def references_of(data: ReceiptData) -> list[str]:
    """The documents the signature binds: their names, and the digests of those that are bound byte for byte."""
    return [
        f"{unquote(one.uri)} ({one.digest_method.upper().replace('SHA', 'SHA-')}: {one.digest.hex()})"
        for one in data.bound
    ]


def to_the_second(moment: datetime) -> str:
    """A moment of Polish time as receipts print it."""
    local = clock.to_warsaw(moment)
    return f"{dates.format_short(local.date())}, {local:%H:%M:%S}"


def _party(role: str, name: str, identifier: str, kind: str) -> Rows:
    return [
        (role, name),
        (_("%(role)s – identyfikator") % {"role": role}, identifier),
        (_("%(role)s – rodzaj identyfikatora") % {"role": role}, kind if identifier else ""),
    ]
