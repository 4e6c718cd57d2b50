"""Samples that are wrong in one known way each, so that a domain system's makers see what is refused and how."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from taxes.imports.envelope import seal
from taxes.imports.sample import Town, Values, records, write_csv, write_jsonl

Edit = Callable[[Values], None]


def _set(**changes: object) -> Edit:
    def edit(values: Values) -> None:
        values.update(changes)

    return edit


def _inside(name: str, **changes: object) -> Edit:
    def edit(values: Values) -> None:
        values[name][0].update(changes)

    return edit


def _drop(name: str) -> Edit:
    def edit(values: Values) -> None:
        values.pop(name, None)

    return edit


RECORD_EDITS: dict[str, tuple[str, str, Edit]] = {
    # kind: (record type, field that is named, what is done to its second record)
    "negative": ("receivable", "total", _set(total="-12.00")),
    "three-decimals": ("receivable", "total", _set(total="12.000")),
    "amount-as-number": ("receivable", "total", _set(total=1200)),
    "date-before-1990": ("receivable", "instalments[1].due_on", _inside("instalments", due_on="1989-12-31")),
    "not-a-date": ("receivable", "instalments[1].due_on", _inside("instalments", due_on="2026-02-30")),
    "duplicate-id": ("account", "id", _set(id="K0")),
    "unknown-reference": ("account", "party", _set(party="P-nobody")),
    "unknown-account": ("receivable", "account", _set(account="K-none")),
    "sum-of-instalments": ("receivable", "total", _set(total="9999.00", balance="9999.00", paid="0.00")),
    "balance": ("receivable", "balance", _set(balance="0.01")),
    "unknown-kind": ("type", "code", _set(code="window_tax")),
    "terms": ("type", "rounding", _set(rounding="grosz")),
    "pesel": ("party", "identifier", _set(scheme="pesel", identifier="00810100009")),
    "nrb": ("account", "virtual_account", _set(virtual_account="11999999910001000000000000")),
    "formula": ("party", "family_name", _set(family_name="=HYPERLINK(1)")),
    "control": ("account", "object", _set(object="Dom\u202ei grunt")),
    "too-long": ("account", "number", _set(number="9" * 31)),
    "missing": ("receivable", "title", _drop("title")),
    "unknown-field": ("account", "colour", _set(colour="red")),
    "unknown-choice": ("decision", "kind", _set(kind="wish")),
    "no-instalments": ("receivable", "instalments", _set(instalments=[])),
}


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def _alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)


def _alter_envelope(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"system_version": "1.0"', b'"system_version": "1.1"', 1))


def _replace_line(new: bytes) -> Callable[[Path], None]:
    """The third line becomes `new`, and the digest follows it."""

    def change(path: Path) -> None:
        first, *lines = path.read_bytes().splitlines(keepends=True)
        lines[1] = new + b"\n"
        envelope = json.loads(first)
        envelope["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
        envelope["envelope_sha256"] = seal(envelope)
        path.write_bytes(json.dumps(envelope).encode() + b"\n" + b"".join(lines))

    return change


FILE_EDITS: dict[str, Callable[[Path], None]] = {
    "truncated": _cut,
    "altered": _alter,
    "altered-envelope": _alter_envelope,
    "not-json": _replace_line(b'{"record": "party", '),
    "duplicate-key": _replace_line(b'{"record": "party", "id": "P1", "id": "P2"}'),
    "nan": _replace_line(b'{"record": "party", "id": NaN}'),
    "deep": _replace_line(b'{"record": "party", "id": ' + b"[" * 20000 + b"]" * 20000 + b"}"),
    "unknown-type": _replace_line(b'{"record": "spell", "id": "1"}'),
}


def _other_town(envelope: Values) -> None:
    envelope["municipality"] = "1465011"


def _counts(envelope: Values) -> None:
    envelope["counts"] = {**envelope["counts"], "party": envelope["counts"]["party"] + 1}


def _totals(envelope: Values) -> None:
    envelope["totals"] = {**envelope["totals"], "assessed": "1.00"}


ENVELOPE_EDITS: dict[str, Edit] = {"other-town": _other_town, "counts": _counts, "totals": _totals}
KINDS = (*RECORD_EDITS, *ENVELOPE_EDITS, *FILE_EDITS)


def edited(town: Town, kind: str) -> Iterator[tuple[str, Values]]:
    """The town's records, the second of one type changed."""
    record, _field, edit = RECORD_EDITS[kind]
    seen = 0
    for name, values in records(town):
        if name == record:
            seen += 1
            if seen == 2:
                edit(values)
        yield name, values


def write(path: Path, town: Town, kind: str, *, as_csv: bool = False) -> None:
    """Write a sample that is wrong as `kind` says (one of KINDS). Raises ValueError for a kind that CSV cannot have."""
    options: dict[str, Any] = {}
    if kind in RECORD_EDITS:
        options["rows"] = edited(town, kind)
    elif kind in ENVELOPE_EDITS:
        options["change"] = ENVELOPE_EDITS[kind]
    elif as_csv:
        raise ValueError(kind)
    (write_csv if as_csv else write_jsonl)(path, town, **options)
    if kind in FILE_EDITS:
        FILE_EDITS[kind](path)
