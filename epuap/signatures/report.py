"""What is said of a signed document and of each of its signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

Status = Literal["valid", "invalid", "indeterminate"]
Method = Literal["trusted", "qualified", "personal"]
Packaging = Literal["enveloped", "enveloping", "detached", "pdf"]

NO_REVOCATION_CHECK = "no_revocation_check"
"""Remark: nothing told whether the certificate had been revoked."""

REVOCATION_CHECKED_THEN = "revocation_checked_then"
"""Remark: not revoked when it was signed; nothing newer than that is known."""

EXPIRED_SINCE = "expired_since"
"""Remark: the certificate was valid at the stated signing time and has expired since."""

NO_PESEL = "no_pesel"
"""Remark: the certificate names a person without a PESEL number."""


@dataclass(frozen=True)
class Person:
    """The person a signature names. Personal data: never logged.

    `pesel` is empty and `birth_date` None when a certificate carries none.
    """

    given_name: str
    family_name: str
    pesel: str
    birth_date: date | None


@dataclass(frozen=True)
class SignatureReport:
    """What is known of one signature.

    `code` is "ok" for a valid one, else the reason. `signer`, `method` and `signed_at` (aware; the signer's own
    statement) are given for a valid one only. `covered` lists what the verified references point to
    ("document", "signed_properties", "#id").
    """

    status: Status
    code: str
    signer: Person | None = None
    method: Method | None = None
    signed_at: datetime | None = None
    certificate_subject: str = ""
    covered: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    packaging: Packaging = "enveloped"

    @property
    def is_valid(self) -> bool:
        """Say whether the signer may be believed."""
        return self.status == "valid"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data. It holds the signer's PESEL: store it encrypted."""
        signer = self.signer
        return {
            "status": self.status,
            "code": self.code,
            "signer": None
            if signer is None
            else {
                "given_name": signer.given_name,
                "family_name": signer.family_name,
                "pesel": signer.pesel,
                "birth_date": None if signer.birth_date is None else signer.birth_date.isoformat(),
            },
            "method": self.method,
            "signed_at": None if self.signed_at is None else self.signed_at.isoformat(),
            "certificate_subject": self.certificate_subject,
            "covered": list(self.covered),
            "remarks": list(self.remarks),
            "packaging": self.packaging,
        }


@dataclass(frozen=True)
class DocumentReport:
    """What is known of a signed document.

    Valid only when every one of its signatures is. `payload` are the bytes that all of them cover, which a
    reader may parse (enveloped: the whole document; enveloping: the content of the object; detached: the
    document given; pdf: the whole file); empty unless the document is valid.
    """

    status: Status
    code: str
    signatures: tuple[SignatureReport, ...] = ()
    payload: bytes = b""

    @classmethod
    def of(cls, signatures: Sequence[SignatureReport], payload: bytes) -> DocumentReport:
        """Sum up at least one signature: the document is as good as the worst of them."""
        for status in ("invalid", "indeterminate"):
            for one in signatures:
                if one.status == status:
                    return cls(one.status, one.code, tuple(signatures))
        if not signatures:
            return cls("invalid", "unsigned")
        return cls("valid", "ok", tuple(signatures), payload)

    @property
    def is_valid(self) -> bool:
        """Say whether every signer may be believed."""
        return self.status == "valid"

    @property
    def signers(self) -> tuple[Person, ...]:
        """The people whose valid signatures the document bears, in the order of the signatures."""
        return tuple(one.signer for one in self.signatures if one.is_valid and one.signer is not None)
