"""Is this receipt genuine? By its code, and by its file: valid, invalid or cannot tell, why, and what to do."""

from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from epuap.xml.receipts import ReceiptRefused, UpdData, UppData, verify_receipt
from portal.channels import presenting, seals
from portal.channels.models import Receipt

Status = Literal["valid", "invalid", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What the page says. `code` is for tests and the log."""

    status: Status
    code: str
    headline: str
    why: str
    advice: str
    rows: presenting.Rows = field(default_factory=list)
    references: list[str] = field(default_factory=list)


def check_kept(receipt: Receipt) -> Answer:
    """Check a receipt found by its code. What is shown names no sender: a code may be read by others."""
    content = bytes(receipt.content)
    try:
        data = verify_receipt(content, certificates=seals.own_certificates())
    except ReceiptRefused as refused:
        return Answer(
            "invalid",
            f"kept_{refused.code}",
            _("Tego poświadczenia nie można potwierdzić"),
            _("Zapis w rejestrze urzędu nie przechodzi sprawdzenia pieczęci."),
            _("Skontaktuj się z urzędem i podaj kod poświadczenia."),
        )
    return Answer(
        "valid",
        "kept",
        _("Poświadczenie jest prawdziwe"),
        _("Wystawił je ten urząd, a jego pieczęć elektroniczna jest prawidłowa."),
        _("Porównaj dane i skróty SHA-256 z tym, co masz. Jeśli się różnią, prześlij niżej plik XML."),
        rows=_public_rows(receipt, data),
    )


def no_such_code() -> Answer:
    """There is no receipt with this code."""
    return Answer(
        "invalid",
        "no_such_code",
        _("Nie ma poświadczenia z takim kodem"),
        _("Ten urząd nie wystawił poświadczenia z tym kodem."),
        _(
            "Sprawdź, czy każdy znak jest przepisany dobrze. Jeśli tak, nie ufaj temu wydrukowi i zapytaj urząd. "
            "Poświadczenia z ePUAP nie mają kodu – prześlij niżej ich plik XML."
        ),
    )


def _public_rows(receipt: Receipt, data: UppData | UpdData) -> presenting.Rows:
    return [
        (_("Rodzaj"), presenting.title_of(data)),
        (_("Identyfikator poświadczenia"), data.identifier),
        (_("Urząd"), data.addressee_name if isinstance(data, UppData) else data.issuer_name),
        *presenting.moments(data),
        (_("Identyfikator dokumentu"), data.document_id),
        (_("Skrót SHA-256 pliku XML poświadczenia"), receipt.sha256),
        (_("Skrót SHA-256 dokumentu"), receipt.document_sha256),
    ]
