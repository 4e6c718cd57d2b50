"""The contract's papers say what the code does: schema, description, words, signature."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eurzad.lib.identifiers import clean_nip, clean_nrb, pesel_birth_date
from taxes.imports import fields, sample, signing, words
from taxes.imports.schema import json_schema
from tests.architecture.tree import ROOT

SCHEMA = ROOT / "docs" / "schema" / "eurzad-ledger-1.json"


def test_the_published_schema_is_the_contract() -> None:
    told = json.loads(SCHEMA.read_text())
    assert told == json_schema(told["$id"])


def test_the_description_names_every_record_and_field() -> None:
    text = (ROOT / "docs" / "ledger-contract.md").read_text()
    for record in [*fields.RECORDS, *(child for _owner, child in fields.CHILDREN.values())]:
        section = re.search(rf"### `{record.name}`\n(.*?)(?=\n### |\n## |\Z)", text, re.DOTALL)
        assert section, record.name
        named = set(re.findall(r"^\| `([a-z_0-9]+)`", section[1], re.MULTILINE))
        assert named == {one.name for one in record.fields}, record.name


def test_a_sample_fits_the_schema(tmp_path: Path) -> None:
    """Checked by a small reader of the keywords used: types, patterns, required and unknown properties."""
    schema = json.loads(SCHEMA.read_text())
    sample.write_jsonl(tmp_path / "a.jsonl", sample.Town(accounts=9, years=2))
    for line in (tmp_path / "a.jsonl").read_text().splitlines():
        values = json.loads(line)
        _fits(values, schema["$defs"][values["record"]], schema)


def _fits(value: object, schema: dict[str, object], root: dict[str, object]) -> None:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]  # type: ignore[index,union-attr]
    if "const" in schema:
        assert value == schema["const"]
    if "enum" in schema:
        assert value in schema["enum"]
    kind = schema.get("type")
    if kind == "string":
        assert isinstance(value, str) and re.search(schema.get("pattern", ""), value), (value, schema)
    elif kind == "integer":
        assert type(value) is int and value >= schema.get("minimum", 0)
    elif kind == "boolean":
        assert type(value) is bool
    elif kind == "array":
        for one in value:
            _fits(one, schema["items"], root)
    elif kind == "object" and "properties" in schema:
        assert set(schema["required"]) <= value.keys() <= schema["properties"].keys()
        for name, one in value.items():
            _fits(one, schema["properties"][name], root)


def test_every_problem_has_words() -> None:
    used = set()
    for file in (ROOT / "taxes" / "imports").glob("*.py"):
        text = file.read_text()
        used |= set(re.findall(r'Problem\(\s*"([a-z_0-9]+)"', text))
        used |= set(re.findall(r'_wrong\(\s*row,\s*"([a-z_0-9]+)"', text))
        used |= set(re.findall(r'_inside\(\s*row,\s*place,\s*"([a-z_0-9]+)"', text))
    assert len(used) > 35
    assert used <= words.known_codes()


def test_invented_people_were_born_in_the_1800s_and_all_numbers_differ() -> None:
    numbers = [sample.pesel_of(number) for number in range(0, 33_000_000, 49_999)]
    assert len(set(numbers)) == len(numbers)
    assert all(1800 <= pesel_birth_date(number).year < 1900 for number in numbers)
    assert all(clean_nip(sample.nip_of(number)) for number in range(0, 2_000_000, 49_999))
    town = sample.Town(accounts=500)
    accounts = [values["virtual_account"] for kind, values in sample.records(town) if kind == "account"]
    assert all(clean_nrb(number) for number in accounts) and len(set(accounts)) == 500


# --- signature ---------------------------------------------------------------------------------------------

PATH = "/api/v1/ledger/imports/"
NOW = datetime(2026, 11, 23, 1, 0, 0, tzinfo=UTC)
PRIVATE = bytes(range(32))


def _signed(**changes: object) -> dict[str, str]:
    options = {
        "method": "POST", "path": PATH, "body_digest": hashlib.sha256(b"body").hexdigest(),
        "moment": NOW, "sequence": 12, **changes,
    }  # fmt: skip
    return signing.sign(PRIVATE, **options)  # type: ignore[arg-type]


def _public() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()


def test_a_signed_request_is_believed() -> None:
    signed = signing.read_headers(_signed())
    signing.verify(signed, method="post", path=PATH, public_key=_public(), now=NOW + timedelta(minutes=4))
    assert signed.sequence == 12 and signed.key_id == signing.key_id(_public())


def test_the_example_of_the_description_is_right() -> None:
    text = (ROOT / "docs" / "ledger-contract.md").read_text()
    headers = dict(re.findall(r"^(Ledger-[A-Za-z]+): (\S+)$", text, re.MULTILINE))
    public = base64.b64decode(re.search(r"public key `([^`]+)`", text)[1])  # type: ignore[index]
    signed = signing.read_headers(headers)
    at = datetime.strptime(signed.moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    signing.verify(signed, method="POST", path=PATH, public_key=public, now=at)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"moment": NOW - timedelta(minutes=6)}, "moment"),
        ({"moment": NOW + timedelta(minutes=6)}, "moment"),
        ({"path": "/api/v1/ledger/imports/other/"}, "signature"),
        ({"method": "GET"}, "signature"),
    ],
)
def test_a_request_signed_for_something_else_is_not(change: dict[str, object], code: str) -> None:
    signed = signing.read_headers(_signed(**change))
    with pytest.raises(signing.BadSignature) as refused:
        signing.verify(signed, method="POST", path=PATH, public_key=_public(), now=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["Digest", "Sequence", "Moment"])
def test_a_header_changed_after_signing_is_not(name: str) -> None:
    headers = _signed()
    headers[f"Ledger-{name}"] = _signed(
        moment=NOW + timedelta(seconds=1), sequence=13, body_digest=hashlib.sha256(b"x").hexdigest()
    )[f"Ledger-{name}"]
    with pytest.raises(signing.BadSignature):
        signing.verify(signing.read_headers(headers), method="POST", path=PATH, public_key=_public(), now=NOW)


@pytest.mark.parametrize("name", ["Key", "Moment", "Sequence", "Digest", "Signature"])
@pytest.mark.parametrize("value", [None, "", "x", "-1", "é" * 80])
def test_malformed_headers(name: str, value: str | None) -> None:
    headers = _signed()
    if value is None:
        del headers[f"Ledger-{name}"]
    else:
        headers[f"Ledger-{name}"] = value
    with pytest.raises(signing.BadSignature, match="headers"):
        signing.read_headers(headers)
