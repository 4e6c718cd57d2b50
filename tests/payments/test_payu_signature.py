"""Signature vectors, computed with coreutils: printf '%s' BODY KEY | md5sum (sha256sum)."""

import pytest

from payments.providers.payu import signature

BODY = b'{"order":{"orderId":"LDLW5N7MF4140324GUEST000P01","status":"COMPLETED"}}'
KEY = "13a980d4f851f3d9a1cfc792fb1f5e50"
MD5 = "c01e64bd80cee09ef8578a2cc3d9778e"
SHA256 = "d00910d9d2200bf697434cf23ca7e9ff9610e1af4240440c3a9c12b31eeef2a7"


def header(digest: str, algorithm: str) -> str:
    return f"sender=checkout;signature={digest};algorithm={algorithm};content=DOCUMENT"


@pytest.mark.parametrize(
    "value",
    [
        header(MD5, "MD5"),
        header(MD5.upper(), "md5"),
        header(SHA256, "SHA-256"),
        header(SHA256, "SHA256"),
        f" algorithm=MD5 ; signature={MD5}",
    ],
)
def test_right_signature(value: str) -> None:
    assert signature.is_valid(value, BODY, KEY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "rubbish",
        header(MD5[:-1] + "0", "MD5"),
        header(MD5, "SHA-256"),
        header(MD5, "none"),
        header("", "MD5"),
        header("ąę", "MD5"),
        f"signature={MD5}",
        f"signature={'0' * 32};signature={MD5};algorithm=MD5",
    ],
)
def test_wrong_signature(value: str) -> None:
    assert not signature.is_valid(value, BODY, KEY)


def test_signature_covers_every_byte_and_the_key() -> None:
    assert not signature.is_valid(header(MD5, "MD5"), BODY + b" ", KEY)
    assert not signature.is_valid(header(MD5, "MD5"), BODY, KEY + "0")


def test_either_header_whatever_its_case() -> None:
    assert signature.pick_header({"openpayu-signature": "a"}) == "a"
    assert signature.pick_header({"X-OpenPayU-Signature": "b"}) == "b"
    assert signature.pick_header({"Content-Type": "c"}) == ""
