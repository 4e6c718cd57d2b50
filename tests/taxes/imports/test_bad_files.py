"""Every way a file may be wrong: refused, with the exact place, and without repeating personal data."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from taxes.imports import broken, fields, sample, words
from taxes.imports.charset import Ambiguous, Listener
from taxes.imports.envelope import seal
from taxes.imports.problems import MOST, Report, shown
from tests.taxes.imports.checks import problems_of

TOWN = sample.Town(accounts=12, years=2)
SECOND = {"type": 3, "party": 5, "account": 13, "decision": 25, "receivable": 49}
"""Line of the second record of each type in the JSON Lines file of TOWN."""
CODES = {
    "negative": "negative",
    "three-decimals": "decimals",
    "amount-as-number": "amount_not_text",
    "date-before-1990": "date_too_early",
    "not-a-date": "not_date",
    "duplicate-id": "duplicate_id",
    "unknown-reference": "unknown_reference",
    "unknown-account": "unknown_reference",
    "sum-of-instalments": "sum_instalments",
    "balance": "balance",
    "unknown-kind": "unknown_kind",
    "terms": "terms_differ",
    "pesel": "check_digit",
    "nrb": "check_digit",
    "formula": "formula",
    "control": "control",
    "too-long": "too_long",
    "missing": "missing",
    "unknown-field": "unknown_field",
    "unknown-choice": "unknown_value",
    "no-instalments": "no_instalments",
}


def test_the_good_file_is_good(tmp_path: Path) -> None:
    sample.write_jsonl(tmp_path / "a.jsonl", TOWN)
    assert problems_of(tmp_path / "a.jsonl") == []
    found = [json.loads(line)["record"] for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert {kind: found.index(kind) + 2 for kind in SECOND} == SECOND


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "cp852"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.zip", "folder"])
def test_both_variants_in_every_encoding_say_the_same(tmp_path: Path, name: str, encoding: str) -> None:
    write = sample.write_jsonl if name.endswith("jsonl") else sample.write_csv
    write(tmp_path / name, TOWN, encoding=encoding, change=lambda envelope: envelope.pop("encoding", None))
    assert problems_of(tmp_path / name) == []
    from taxes.imports.reading import open_ledger

    got = [(row.type, row.values) for row in open_ledger(tmp_path / name).rows()]
    assert got == list(sample.records(TOWN))


@pytest.mark.parametrize("kind", list(broken.RECORD_EDITS))
def test_a_wrong_record_is_named_by_line_and_field(tmp_path: Path, kind: str) -> None:
    broken.write(tmp_path / "a.jsonl", TOWN, kind)
    record, field, _edit = broken.RECORD_EDITS[kind]
    first = problems_of(tmp_path / "a.jsonl")[0]
    assert (first.code, first.file, first.line, first.field) == (
        CODES[kind],
        "a.jsonl",
        SECOND[record],
        field,
    )
    assert words.sentence(first) != words.sentence({**first.as_dict(), "code": "?"})


@pytest.mark.parametrize("kind", sorted(set(broken.RECORD_EDITS) - {"unknown-field", "no-instalments"}))
def test_a_wrong_row_of_csv_is_named_by_file_line_and_column(tmp_path: Path, kind: str) -> None:
    broken.write(tmp_path / "a.zip", TOWN, kind, as_csv=True)
    record, field, _edit = broken.RECORD_EDITS[kind]
    first = problems_of(tmp_path / "a.zip")[0]
    inside = field.startswith("instalments")
    place = (
        f"{'instalment' if inside else record}.csv",
        6 if inside else 3,  # the second receivable's first of four instalments
        field.rpartition(".")[2],
    )
    code = "decimals" if kind == "amount-as-number" else CODES[kind]
    assert (first.code, first.file, first.line, first.field) == (code, *place)


@pytest.mark.parametrize(
    ("kind", "code", "line", "field"),
    [
        ("truncated", "digest", 0, ""),
        ("altered", "digest", 0, ""),
        ("altered-envelope", "envelope_digest", 1, "envelope_sha256"),
        ("not-json", "not_json", 3, ""),
        ("duplicate-key", "duplicate_key", 3, ""),
        ("nan", "float", 3, ""),
        ("deep", "too_deep", 3, ""),
        ("unknown-type", "unknown_type", 3, "record"),
        ("counts", "counts", 1, "counts.party"),
        ("totals", "totals", 1, "totals.assessed"),
    ],
)
def test_a_wrong_file_is_named_by_line(tmp_path: Path, kind: str, code: str, line: int, field: str) -> None:
    broken.write(tmp_path / "a.jsonl", TOWN, kind)
    first = problems_of(tmp_path / "a.jsonl")[0]
    assert (first.code, first.line, first.field) == (code, line, field)


def test_every_kind_of_broken_sample_is_told() -> None:
    assert set(CODES) == set(broken.RECORD_EDITS)


def _written(path: Path, lines: list[str], **envelope: object) -> Path:
    body = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
    counts = {"party": len(lines)}
    head = {
        "schema": fields.SCHEMA, "municipality": "9999011", "source": "podatki", "system_name": "x",
        "system_version": "1", "taken_at": "2026-11-23T02:00:00+01:00", "kind": "full", "sequence": 1,
        "counts": counts, "totals": dict.fromkeys(fields.TOTALS, "0.00"),
        "sha256": hashlib.sha256(body).hexdigest(), **envelope,
    }  # fmt: skip
    head = {"envelope_sha256": seal(head), **head}
    path.write_bytes(json.dumps(head).encode() + b"\n" + body)
    return path


PERSON = {"record": "party", "id": "P1", "kind": "person", "family_name": "Jesion"}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"family_name": ""}, "empty", "family_name"),
        ({"family_name": " Jesion"}, "leading_space", "family_name"),
        ({"family_name": "Je\x00sion"}, "control", "family_name"),
        ({"family_name": "Je\nsion"}, "control", "family_name"),
        ({"family_name": "Je\ud800sion"}, "control", "family_name"),
        ({"family_name": "\tJesion"}, "control", "family_name"),
        ({"family_name": "=1+1"}, "formula", "family_name"),
        ({"family_name": "+48"}, "formula", "family_name"),
        ({"family_name": "-1"}, "formula", "family_name"),
        ({"family_name": "@SUM"}, "formula", "family_name"),
        ({"family_name": "＝1"}, "formula", "family_name"),
        ({"family_name": 7}, "not_text", "family_name"),
        ({"family_name": ["x"]}, "not_text", "family_name"),
        ({"family_name": {"a": {"b": 1}}}, "not_text", "family_name"),
        ({"family_name": "x" * 101}, "too_long", "family_name"),
        ({"given_name": None}, "null", "given_name"),
        ({"kind": "ghost"}, "unknown_value", "kind"),
        ({"kind": "organisation"}, "missing", "name"),
        ({"name": "Firma"}, "not_for_kind", "name"),
        ({"scheme": "pesel"}, "missing", "identifier"),
        ({"identifier": "00810100008"}, "missing", "scheme"),
        ({"scheme": "nip", "identifier": "9990000000"}, "check_digit", "identifier"),
        ({"scheme": "regon", "identifier": "123456789"}, "check_digit", "identifier"),
        ({"scheme": "pesel", "identifier": "٠١٢٣٤٥٦٧٨٩٠"}, "check_digit", "identifier"),
        ({"postal_code": "99901"}, "not_postcode", "postal_code"),
        ({"id": "P 1"}, "not_id", "id"),
        ({"id": "x" * 61}, "not_id", "id"),
        ({"id": True}, "not_text", "id"),
    ],
)
def test_bad_values(tmp_path: Path, change: dict[str, object], code: str, field: str) -> None:
    path = _written(tmp_path / "a.jsonl", [json.dumps({**PERSON, **change})])
    first = problems_of(path)[0]
    assert (first.code, first.line, first.field) == (code, 2, field)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "not_json"),
        ("[]", "not_object"),
        ("7", "not_object"),
        ("null", "not_object"),
        ('{"record": 7}', "unknown_type"),
        ('{"record": "party", "id": 1e999}', "float"),
        ('{"record": "party", "id": Infinity}', "float"),
        ('{"record": "party", "id": ' + "9" * 5000 + "}", "not_json"),
        ('{"record": "tombstone", "of": "account", "id": "K1"}', "tombstone_in_full"),
        ('{"record": "party"} {"record": "party"}', "not_json"),
    ],
)
def test_bad_lines(tmp_path: Path, line: str, code: str) -> None:
    first = problems_of(_written(tmp_path / "a.jsonl", [line]))[0]
    assert (first.code, first.line) == (code, 2)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"schema": "eurzad-ledger/2"}, "schema", "schema"),
        ({"municipality": "99"}, "teryt", "municipality"),
        ({"taken_at": "yesterday"}, "not_moment", "taken_at"),
        ({"taken_at": "2026-11-23T02:00:00"}, "not_moment", "taken_at"),
        ({"kind": "half"}, "unknown_value", "kind"),
        ({"kind": ["full"]}, "unknown_value", "kind"),
        ({"sequence": 0}, "out_of_range", "sequence"),
        ({"sequence": "1"}, "out_of_range", "sequence"),
        ({"sequence": True}, "out_of_range", "sequence"),
        ({"previous_sequence": -1}, "out_of_range", "previous_sequence"),
        ({"counts": {"ghost": 1}}, "bad_counts", "counts"),
        ({"counts": []}, "bad_counts", "counts"),
        ({"totals": {}}, "bad_totals", "totals"),
        ({"sha256": "zz"}, "bad_digest", "sha256"),
        ({"envelope_sha256": 7}, "bad_digest", "envelope_sha256"),
        ({"envelope_sha256": "0" * 64}, "envelope_digest", "envelope_sha256"),
        ({"encoding": "latin2"}, "unknown_value", "encoding"),
        ({"surprise": 1}, "unknown_field", "surprise"),
    ],
)
def test_bad_envelopes(tmp_path: Path, change: dict[str, object], code: str, field: str) -> None:
    first = problems_of(_written(tmp_path / "a.jsonl", [json.dumps(PERSON)], **change))[0]
    assert (first.code, first.line, first.field) == (code, 1, field)


def test_an_empty_file_a_missing_one_and_one_without_envelope(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "long").write_bytes(b"{" * (2 << 20))
    assert [problems_of(tmp_path / name)[0].code for name in ("empty", "gone", "noise", "long")] == [
        "empty_file", "no_file", "no_envelope", "line_too_long",
    ]  # fmt: skip


def test_personal_data_is_never_repeated(tmp_path: Path) -> None:
    wrong = {**PERSON, "scheme": "pesel", "identifier": "00810100009", "family_name": "=Grzegżółka"}
    elsewhere = {"record": "party", "id": "P2", "kind": "00810100008"}
    path = _written(tmp_path / "a.jsonl", [json.dumps(wrong), json.dumps(elsewhere)])
    told = repr(problems_of(path)) + "".join(words.lines(problems_of(path), 2))
    assert "00810100" not in told and "Grzeg" not in told
    assert shown("00810100008") == "•••••••••08" and shown("12345678.123") == "12345678.123"
    assert shown("a\u202eb") == "a�b"


def test_at_most_two_hundred_problems_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", ['{"record": "party"}'] * 300)
    found = problems_of(path)
    assert len(found) == MOST
    report = Report()
    for problem in found * 2:
        report.add(problem)
    assert len(words.lines(report, report.count)) == MOST + 1


# --- ZIP ---------------------------------------------------------------------------------------------------


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_zips_that_are_none_of_ours(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "bomb.zip", {"envelope.csv": b"", "party.csv": b"0" * (50 << 20)})
    climbing = _zip(tmp_path / "up.zip", {"../party.csv": b"x", "envelope.csv": b""})
    alien = _zip(tmp_path / "alien.zip", {"run.exe": b"x"})
    bare = _zip(tmp_path / "bare.zip", {"party.csv": b"id"})
    assert [problems_of(path)[0].code for path in (bomb, climbing, alien, bare)] == [
        "zip_bomb", "unknown_file", "unknown_file", "no_envelope",
    ]  # fmt: skip


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8, 0.99])
def test_a_damaged_zip_is_refused(tmp_path: Path, place: float) -> None:
    sample.write_csv(tmp_path / "a.zip", TOWN)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)
    assert problems_of(tmp_path / "a.zip")


def _csv_folder(tmp_path: Path, file: str, old: bytes, new: bytes) -> Path:
    folder = tmp_path / "folder"
    sample.write_csv(folder, TOWN)
    before = (folder / file).read_bytes()
    assert old in before
    (folder / file).write_bytes(before.replace(old, new, 1))
    was, now = (hashlib.sha256(data).hexdigest() for data in (before, (folder / file).read_bytes()))
    head = folder / "envelope.csv"
    rows = dict(line.split(";") for line in head.read_text().replace(was, now).splitlines())
    rows["envelope_sha256"] = seal(rows)
    head.write_text("".join(f"{name};{value}\n" for name, value in rows.items()))
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line", "field"),
    [
        ("party.csv", b"id;kind", b"id;sort", "unknown_column", 1, "sort"),
        ("party.csv", b"id;kind", b"id;id", "unknown_column", 1, "id"),
        ("account.csv", b"id;party;", b"party;", "missing_column", 1, "id"),
        ("account.csv", b"\r\nK1;P0;", b"\r\nK1;", "columns", 3, ""),
        ("account.csv", b"\r\nK1;P0;", b"\r\n\"K1;P0;", "not_csv", 0, ""),
        ("type.csv", b";true;", b";yes;", "not_flag", 2, "threshold"),
        ("receivable.csv", b";2025;", b";MMXXV;", "not_whole", 2, "year"),
        ("instalment.csv", b"\r\nN0-2025;2;", b"\r\nN9-1999;2;", "no_instalments", 0, ""),
        ("instalment.csv", b"receivable;number;", b"whose;number;", "unknown_column", 1, "whose"),
    ],
)  # fmt: skip
def test_bad_csv(tmp_path: Path, file: str, old: bytes, new: bytes, code: str, line: int, field: str) -> None:
    found = problems_of(_csv_folder(tmp_path, file, old, new))
    first = next(problem for problem in found if problem.code == code)
    assert not line or (first.file, first.line, first.field) == (file, line, field)


def test_rows_of_another_place_are_named(tmp_path: Path) -> None:
    found = problems_of(_csv_folder(tmp_path, "instalment.csv", b"\r\nN0-2025;2;", b"\r\nN9-1999;2;"))
    lost = next(problem for problem in found if problem.code == "out_of_turn")
    assert (lost.file, lost.line, lost.field, lost.value) == ("instalment.csv", 3, "receivable", "N9-1999")


# --- encodings ---------------------------------------------------------------------------------------------

TEXTS = (
    "Zażółć gęślą jaźń",
    "Łódź, ul. Świętego Wawrzyńca 7",
    "Podatek od nieruchomości za 2026 rok – pierwsza rata",
    "Józef Gałczyński, Kraków, ŻRÓDŁO, ŚĆIEŻKA",
    "KSIĘGA WIECZYSTA ŁĄKI I PASTWISKA TRWAŁE",
    "Müller i Spółka, opłata za użytkowanie wieczyste § 3",
    "ósmy",
)


def _heard(data: bytes, declared: str = "") -> str:
    listener = Listener()
    for place in range(0, len(data), 3):
        listener.hear(data[place : place + 3])
    return listener.tell(declared)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "cp852"])
@pytest.mark.parametrize("text", TEXTS)
def test_polish_texts_are_told_apart(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    try:
        told = _heard(data)
    except Ambiguous:
        assert len(text) < 10  # one letter may be too little to tell
    else:
        assert data.decode(told) == text.encode(encoding, "ignore").decode(encoding)


def test_what_cannot_be_told_is_refused_unless_declared() -> None:
    either = b"\xa5 \x8f"  # Ą, Ź in one, ą, Ć in the other
    for data in (either, b"\x80\x81\x90" * 9, "Łódź".encode("utf-16"), b"\xef\xbb\xbf\xff"):
        with pytest.raises(Ambiguous):
            _heard(data)
    assert _heard("Łódź".encode("utf-8-sig")) == "utf-8-sig"
    assert _heard(b"plain") == "utf-8"
    assert _heard("Ą".encode("cp1250"), "cp1250") == "cp1250"
    with pytest.raises(Ambiguous):
        _heard("Zażółć gęślą jaźń".encode("cp1250"), "cp852")
    with pytest.raises(Ambiguous):
        _heard("Zażółć".encode(), "cp1250")
