"""Whose certificate is believed: paths, what a certificate is for, whose it is, and whether it was revoked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from epuap.signatures.report import (
    EXPIRED_SINCE,
    NO_PESEL,
    NO_REVOCATION_CHECK,
    REVOCATION_CHECKED_THEN,
    Person,
)
from epuap.signatures.trust import Distrusted, Evidence, Judgement, Trust, Undecided, judge, load_trust
from eurzad.lib.errors import PermanentError
from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.signatures import pki
from tests.epuap.signatures.pki import DAY, HOUR, NOW, SIGNED, Holder, certify, crl_of, ocsp_of, person

SIGNER = Person(ANNA.given_name, ANNA.family_name, ANNA.pesel, ANNA.birth_date)
GOOD = Judgement("qualified", SIGNER, (NO_REVOCATION_CHECK,))


@pytest.fixture(scope="module")
def root() -> Holder:
    return certify("Kwalifikowany wystawca", authority=True)


@pytest.fixture(scope="module")
def eid() -> Holder:
    return certify("Wystawca e-dowodu", authority=True)


@pytest.fixture(scope="module")
def trust(root: Holder, eid: Holder) -> Trust:
    return Trust(qualified=(root.certificate,), personal=(eid.certificate,))


def judged(
    holder: Holder, trust: Trust, *above: Holder, at: dt.datetime = SIGNED, **evidence: Any
) -> Judgement:
    brought = Evidence(certificates=tuple(one.certificate for one in above), **evidence)
    return judge(holder.certificate, trust=trust, evidence=brought, at=at, now=NOW)


def refusal(holder: Holder, trust: Trust, *above: Holder, **options: Any) -> str:
    with pytest.raises((Undecided, Distrusted)) as refused:
        judged(holder, trust, *above, **options)
    return f"{type(refused.value).__name__} {refused.value.code}"  # type: ignore[attr-defined]


# --- who is believed


def test_a_pinned_seal_is_believed_as_it_is(trust: Trust, root: Holder) -> None:
    seal = certify("Minister - pieczęć", usage="digital_signature")
    pinned = Trust(seals=(seal.certificate,))
    assert judged(seal, pinned) == Judgement("trusted", None)
    assert refusal(seal, trust) == "Undecided untrusted_certificate"
    twin = certify("Minister - pieczęć", usage="digital_signature")
    assert refusal(twin, pinned) == "Undecided untrusted_certificate"


def test_a_qualified_certificate_names_its_person(trust: Trust, root: Holder) -> None:
    assert judged(person(root), trust) == GOOD


def test_a_personal_signature_needs_content_commitment(trust: Trust, eid: Holder) -> None:
    assert judged(person(eid, qc=""), trust) == Judgement("personal", SIGNER, (NO_REVOCATION_CHECK,))
    for_sign_in = person(eid, qc="", usage="digital_signature")
    assert refusal(for_sign_in, trust) == "Undecided key_usage"


@pytest.mark.parametrize("serial", [f"PNOPL-{ANNA.pesel}", f"PESEL:{ANNA.pesel}", f"PESEL: {ANNA.pesel}"])
def test_spellings_of_the_number(trust: Trust, root: Holder, serial: str) -> None:
    assert judged(person(root, serial=serial), trust).person == SIGNER


@pytest.mark.parametrize(
    "serial",
    ["", "IDCPL-ABC123456", "PNOUA-1234567890", "TINPL-9990101028", f"PNOPL-{ANNA.pesel}0", ANNA.pesel],
)
def test_without_a_pesel_the_person_has_none(trust: Trust, root: Holder, serial: str) -> None:
    found = judged(person(root, serial=serial), trust)
    assert found.person == Person(ANNA.given_name, ANNA.family_name, "", None)
    assert found.remarks == (NO_REVOCATION_CHECK, NO_PESEL)


def test_a_person_that_cannot_be_told(trust: Trust, root: Holder) -> None:
    wrong = ANNA.pesel[:-1] + str((int(ANNA.pesel[-1]) + 1) % 10)
    assert refusal(person(root, serial=f"PNOPL-{wrong}"), trust) == "Undecided bad_pesel"
    nameless = certify("Anna", root, qc=pki.QUALIFIED, serial=f"PNOPL-{ANNA.pesel}")
    assert refusal(nameless, trust) == "Undecided no_person"
    names = [
        (NameOID.GIVEN_NAME, "A"),
        (NameOID.SURNAME, "B"),
        (NameOID.SERIAL_NUMBER, f"PNOPL-{BORYS.pesel}"),
    ]
    two = certify("Dwie", root, qc=pki.QUALIFIED, serial=f"PNOPL-{ANNA.pesel}", attributes=names)
    assert refusal(two, trust) == "Undecided bad_pesel"


# --- what a certificate is for


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"qc": pki.ESIGN}, "ok"),
        ({"usage": "digital_signature"}, "ok"),
        ({"usage": ""}, "ok"),
        ({"qc": ""}, "Undecided not_qualified"),
        ({"qc": pki.ESEAL}, "Undecided not_qualified"),
        ({"qc": "300a3008060604008e460104"}, "Undecided not_qualified"),  # only "the key is in a device"
        ({"qc": "0400"}, "Undecided unreadable_certificate"),
        ({"qc": pki.QUALIFIED + "00"}, "Undecided unreadable_certificate"),
        ({"usage": "key_encipherment"}, "Undecided key_usage"),
        ({"usage": "crl_sign key_cert_sign"}, "Undecided key_usage"),
        ({"authority": True, "usage": "digital_signature key_cert_sign"}, "Undecided key_usage"),
        (
            {"extensions": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)]},
            "Undecided key_usage",
        ),
        (
            {"extensions": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)]},
            "ok",
        ),
        (
            {"extensions": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
            "Undecided untrusted_certificate",
        ),
        ({"key": pki.rsa_key("small", 1024)}, "Undecided weak_certificate"),
        ({"key": ec.generate_private_key(ec.SECP192R1())}, "Undecided weak_certificate"),
        ({"key": pki.rsa_key("signer")}, "ok"),
        ({"until": SIGNED - HOUR}, "Undecided certificate_not_valid_then"),
        ({"since": SIGNED + HOUR}, "Undecided certificate_not_valid_then"),
    ],
)  # fmt: skip
def test_only_a_certificate_for_signatures_is_taken(
    trust: Trust, root: Holder, options: dict[str, Any], expected: str
) -> None:
    holder = person(root, **options)
    if expected == "ok":
        assert judged(holder, trust) == GOOD
    else:
        assert refusal(holder, trust) == expected


def test_times(trust: Trust, root: Holder) -> None:
    assert refusal(person(root), trust, at=NOW + HOUR) == "Undecided signed_in_future"
    expired = person(root, until=NOW - HOUR)
    assert judged(expired, trust).remarks == (EXPIRED_SINCE, NO_REVOCATION_CHECK)


# --- paths


def test_a_path_through_authorities_that_the_signature_brings(trust: Trust, root: Holder) -> None:
    middle = certify("Pośredni", root, authority=True, path_length=0)
    assert judged(person(middle), trust, middle) == GOOD
    assert refusal(person(middle), trust) == "Undecided untrusted_certificate"
    below = certify("Niższy", middle, authority=True)
    assert refusal(person(below), trust, middle, below) == "Undecided untrusted_certificate"
    anchored = Trust(qualified=(middle.certificate,))
    assert judged(person(middle), anchored) == GOOD, "an intermediate authority may be an anchor"


@pytest.mark.parametrize(
    "options",
    [
        {"authority": False},
        {"usage": "digital_signature"},
        {"until": SIGNED - HOUR},
        {"key": pki.rsa_key("small", 1024)},
    ],
)  # fmt: skip
def test_an_authority_that_may_not_certify(trust: Trust, root: Holder, options: dict[str, Any]) -> None:
    middle = certify("Pośredni", root, **({"authority": True} | options))
    assert refusal(person(middle), trust, middle) == "Undecided untrusted_certificate"


def test_an_anchor_is_bound_too(root: Holder) -> None:
    short = certify("Krótki", authority=True, path_length=0)
    middle = certify("Pośredni", short, authority=True)
    trust = Trust(qualified=(short.certificate,))
    assert judged(person(short), trust) == GOOD
    assert refusal(person(middle), trust, middle) == "Undecided untrusted_certificate"
    old = certify("Dawny", authority=True, until=SIGNED - HOUR)
    assert refusal(person(old), Trust(qualified=(old.certificate,))) == "Undecided untrusted_certificate"


def test_names_prove_nothing(trust: Trust, root: Holder) -> None:
    impostor = certify("Kwalifikowany wystawca", authority=True)
    assert refusal(person(impostor), trust, impostor) == "Undecided untrusted_certificate"
    assert refusal(person(certify("Samozwańczy")), trust) == "Undecided untrusted_certificate"


def test_authorities_that_certify_each_other_end(trust: Trust) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(8)]
    first = [certify("Koło", key=key, authority=True) for key in keys]
    ring = [certify("Koło", above, key=key, authority=True) for above in first for key in keys]
    assert refusal(person(ring[0]), trust, *ring) == "Undecided untrusted_certificate"


def test_the_right_one_of_two_renewed_authorities(eid: Holder) -> None:
    old, new = certify("Wystawca", authority=True), certify("Wystawca", authority=True)
    trust = Trust(qualified=(old.certificate, new.certificate))
    assert judged(person(new), trust) == GOOD


# --- revocation, brought along


def test_a_current_answer_removes_the_remark(trust: Trust, root: Holder) -> None:
    holder = person(root)
    for evidence in ({"crls": (crl_of(root),)}, {"ocsps": (ocsp_of(holder, root),)}):
        assert judged(holder, trust, **evidence) == Judgement("qualified", SIGNER)


def test_an_answer_of_then_is_remarked(trust: Trust, root: Holder) -> None:
    holder = person(root)
    then = {"since": SIGNED - HOUR, "until": SIGNED + HOUR}
    for evidence in ({"crls": (crl_of(root, **then),)}, {"ocsps": (ocsp_of(holder, root, **then),)}):
        assert judged(holder, trust, **evidence).remarks == (REVOCATION_CHECKED_THEN,)
    before = {"since": SIGNED - DAY, "until": SIGNED - HOUR}
    for evidence in ({"crls": (crl_of(root, **before),)}, {"ocsps": (ocsp_of(holder, root, **before),)}):
        assert judged(holder, trust, **evidence).remarks == (NO_REVOCATION_CHECK,)
    without_end = ocsp_of(holder, root, since=NOW - HOUR, until=None)
    assert judged(holder, trust, ocsps=(without_end,)).remarks == ()


@pytest.mark.parametrize("current", [True, False])
@pytest.mark.parametrize(
    ("moment", "expected"),
    [(SIGNED - HOUR, "Distrusted revoked"), (SIGNED, "Distrusted revoked"), (SIGNED + HOUR, "Undecided revoked_since")],
)  # fmt: skip
def test_revoked(trust: Trust, root: Holder, moment: dt.datetime, expected: str, current: bool) -> None:
    """Also by a list that is no longer current: revocation stands."""
    holder = person(root)
    times = {"since": SIGNED + 2 * HOUR, "until": NOW + HOUR if current else SIGNED + 3 * HOUR}
    listed = crl_of(root, {holder.certificate.serial_number: moment}, **times)
    answered = ocsp_of(holder, root, revoked_at=moment, **times)
    good = crl_of(root)
    for evidence in ({"crls": (listed,)}, {"ocsps": (answered,)}, {"crls": (good, listed)}):
        assert refusal(holder, trust, **evidence) == expected


def test_a_revoked_authority_on_the_way(trust: Trust, root: Holder) -> None:
    middle = certify("Pośredni", root, authority=True)
    holder = person(middle)
    revoked = crl_of(root, {middle.certificate.serial_number: SIGNED - DAY})
    assert refusal(holder, trust, middle, crls=(revoked,)) == "Distrusted revoked"
    assert judged(holder, trust, middle, crls=(crl_of(root),)).remarks == (NO_REVOCATION_CHECK,)
    assert judged(holder, trust, middle, crls=(crl_of(root), crl_of(middle))).remarks == ()


def _point(**options: Any) -> list[tuple[x509.ExtensionType, bool]]:
    every = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False,
        "only_contains_ca_certs": False, "only_some_reasons": None, "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }  # fmt: skip
    return [(x509.IssuingDistributionPoint(**(every | options)), True)]


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ({}, True),
        ({"extensions": _point(only_contains_user_certs=True)}, True),
        ({"extensions": _point(full_name=[x509.UniformResourceIdentifier("http://crl.test/a.crl")])}, True),
        ({"extensions": _point(full_name=[x509.UniformResourceIdentifier("http://crl.test/b.crl")])}, False),
        ({"extensions": _point(only_contains_ca_certs=True)}, False),
        ({"extensions": _point(only_contains_attribute_certs=True)}, False),
        ({"extensions": _point(indirect_crl=True)}, False),
        ({"extensions": _point(only_some_reasons=frozenset({x509.ReasonFlags.superseded}))}, False),
        ({"extensions": [(x509.DeltaCRLIndicator(1), True)]}, False),
        ({"extensions": [(x509.CRLNumber(1), False)]}, True),
        ({"since": NOW + HOUR, "until": NOW + DAY}, False),
        ({"signer": "stranger"}, False),
    ],
)  # fmt: skip
def test_which_lists_count(options: dict[str, Any], counts: bool) -> None:
    root = certify("Wystawca", key=pki.rsa_key("root"), authority=True)
    trust = Trust(qualified=(root.certificate,))
    holder = person(root, extensions=pki.addresses(crl="http://crl.test/a.crl"))
    if "signer" in options:
        options["signer"] = certify("Wystawca", key=pki.rsa_key("other"), authority=True)
    listed = crl_of(root, {holder.certificate.serial_number: SIGNED - HOUR}, **options)
    if counts:
        assert refusal(holder, trust, crls=(listed,)) == "Distrusted revoked"
    else:
        assert judged(holder, trust, crls=(listed,)).remarks == (NO_REVOCATION_CHECK,)


def test_sha1_binds_nothing() -> None:
    key = pki.rsa_key("root")
    root = certify("Wystawca", key=key, authority=True)
    trust = Trust(qualified=(root.certificate,))
    middle = certify("Pośredni", root, authority=True)
    weak = pki.with_sha1(
        middle.certificate.public_bytes(Encoding.DER),
        key,
        kind=asn1_x509.Certificate,
        tbs="tbs_certificate",
        value="signature_value",
    )
    holder = person(middle)
    assert judged(holder, trust, middle) == GOOD
    weak_middle = Holder(middle.key, x509.load_der_x509_certificate(weak))
    assert refusal(holder, trust, weak_middle) == "Undecided untrusted_certificate"
    mine = person(root)
    listed = crl_of(root, {mine.certificate.serial_number: SIGNED - HOUR})
    assert refusal(mine, trust, crls=(listed,)) == "Distrusted revoked"
    weak = pki.with_sha1(listed, key, kind=asn1_crl.CertificateList, tbs="tbs_cert_list", value="signature")
    assert judged(mine, trust, crls=(weak,)).remarks == (NO_REVOCATION_CHECK,)


def test_a_list_by_an_authority_that_may_not_make_lists() -> None:
    root = certify("Wystawca", authority=True, usage="key_cert_sign")
    holder = person(root)
    trust = Trust(qualified=(root.certificate,))
    assert judged(holder, trust, crls=(crl_of(root),)).remarks == (NO_REVOCATION_CHECK,)


RESPONDS = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)


def test_whose_responses_count(trust: Trust, root: Holder, eid: Holder) -> None:
    holder = person(root)
    named = certify(
        "OCSP", root, usage="digital_signature", extensions=[RESPONDS, (x509.OCSPNoCheck(), False)]
    )
    plain = certify("OCSP", root, usage="digital_signature", extensions=[RESPONDS])
    for responder in (named, plain):
        assert judged(holder, trust, ocsps=(ocsp_of(holder, root, responder=responder),)).remarks == ()
    unnamed = certify("OCSP", root, usage="digital_signature")
    foreign = certify("OCSP", eid, usage="digital_signature", extensions=[RESPONDS])
    impostor = certify("Kwalifikowany wystawca", authority=True)
    another = person(root)
    for response in (
        ocsp_of(holder, root, responder=unnamed),
        ocsp_of(holder, root, responder=foreign),
        ocsp_of(holder, root, responder=impostor),
        ocsp_of(holder, root, responder=named, embed=False),
        ocsp_of(holder, impostor),
        ocsp_of(another, root),
        ocsp_of(holder, root, since=NOW + HOUR, until=NOW + DAY),
    ):
        assert judged(holder, trust, ocsps=(response,)).remarks == (NO_REVOCATION_CHECK,)


def test_what_cannot_be_read_tells_nothing(trust: Trust, root: Holder) -> None:
    holder = person(root)
    good, listed = ocsp_of(holder, root), crl_of(root)
    for junk in (
        b"",
        b"\x30\x80",
        good[:-1],
        good + b"\x00",
        listed[:-1],
        b"\x00" * 100,
        b"\x30\x84\xff\xff\xff\xff",
    ):
        assert judged(holder, trust, ocsps=(junk,), crls=(junk,)).remarks == (NO_REVOCATION_CHECK,)
    assert judged(holder, trust, ocsps=(b"", good)).remarks == ()


# --- settings


def test_trust_is_read_from_the_settings(settings: Any, tmp_path: Path, root: Holder, eid: Holder) -> None:
    pem = {name: one.certificate.public_bytes(Encoding.PEM) for name, one in (("q", root), ("p", eid))}
    for name, content in (("seal", pem["q"]), ("lists", pem["q"] + pem["p"])):
        (tmp_path / name).write_bytes(content)
    settings.TPS_SEAL_CERT, settings.TRUST_LIST = tmp_path / "seal", tmp_path / "lists"
    settings.PERSONAL_TRUST_LIST, settings.REVOCATION_FETCH, settings.DEMO_MODE = None, True, False
    both = (root.certificate, eid.certificate)
    assert load_trust() == Trust((root.certificate,), both, (), fetch=True, private_hosts=False)
    for broken in (tmp_path / "missing", tmp_path):
        settings.PERSONAL_TRUST_LIST = broken
        with pytest.raises(PermanentError, match="PERSONAL_TRUST_LIST"):
            load_trust()
    settings.DEMO_MODE, settings.PERSONAL_TRUST_LIST = True, tmp_path / "missing"
    assert load_trust().personal == (), "the simulator has not made it yet"
    settings.TPS_SEAL_CERT = tmp_path / "missing"
    with pytest.raises(PermanentError, match="TPS_SEAL_CERT"):
        load_trust()
