"""What a report sums up and how it is kept."""

import datetime as dt
import json

from epuap.signatures.report import NO_PESEL, DocumentReport, Person, SignatureReport
from eurzad.lib.personas import ANNA, BORYS

FIRST = SignatureReport(
    "valid",
    "ok",
    Person(ANNA.given_name, ANNA.family_name, ANNA.pesel, ANNA.birth_date),
    "qualified",
    dt.datetime(2026, 3, 4, 11, 42, tzinfo=dt.UTC),
    "CN=Anna",
    ("document",),
    (),
    "pdf",
)
SECOND = SignatureReport(
    "valid",
    "ok",
    Person(BORYS.given_name, BORYS.family_name, "", None),
    "personal",
    remarks=(NO_PESEL,),
    packaging="detached",
)
UNDECIDED = SignatureReport("indeterminate", "untrusted_certificate")
BROKEN = SignatureReport("invalid", "digest")


def test_a_report_is_kept_as_plain_json() -> None:
    for one in (FIRST, SECOND, UNDECIDED, BROKEN):
        kept = one.to_dict()
        assert json.loads(json.dumps(kept)) == kept
        assert (kept["status"], kept["code"]) == (one.status, one.code)
    kept = FIRST.to_dict()
    assert kept["signer"]["birth_date"] == ANNA.birth_date.isoformat()
    assert (kept["signed_at"], kept["method"]) == ("2026-03-04T11:42:00+00:00", "qualified")
    assert (kept["covered"], kept["packaging"]) == (["document"], "pdf")


def test_a_document_is_as_good_as_its_worst_signature() -> None:
    assert DocumentReport.of([FIRST, SECOND], b"x") == DocumentReport("valid", "ok", (FIRST, SECOND), b"x")
    for signatures, status, code in (
        ([FIRST, UNDECIDED], "indeterminate", "untrusted_certificate"),
        ([UNDECIDED, FIRST, BROKEN], "invalid", "digest"),
        ([], "invalid", "unsigned"),
    ):
        found = DocumentReport.of(signatures, b"x")
        assert (found.status, found.code, found.payload) == (status, code, b"")
        assert found.signatures == tuple(signatures) and not found.is_valid


def test_signers_are_those_of_valid_signatures_alone() -> None:
    assert DocumentReport.of([FIRST, SECOND], b"x").signers == (FIRST.signer, SECOND.signer)
    assert DocumentReport.of([BROKEN, SECOND], b"x").signers == (SECOND.signer,)
