"""The first line of a file (or envelope.csv): whose ledger, as of when, how much is to follow."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from taxes.imports import fields
from taxes.imports.problems import Problem, Refused, Report, shown

_DIGEST = re.compile("[0-9a-f]{64}").fullmatch
_TERYT = re.compile("[0-9]{7}").fullmatch
_SOURCE = re.compile("[a-z0-9][a-z0-9-]{0,39}").fullmatch
_TOTAL = re.compile(r"(?:0|[1-9][0-9]{0,14})\.[0-9]{2}").fullmatch
KINDS = ("full", "delta")
HIGHEST_SEQUENCE = 2**53 - 1
REQUIRED = (
    "schema",
    "municipality",
    "source",
    "system_name",
    "system_version",
    "taken_at",
    "kind",
    "sequence",
    "counts",
    "totals",
    "sha256",
    "envelope_sha256",
)
OPTIONAL = ("record", "previous_sequence", "encoding")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the source says of its file. `totals` in grosze, `sha256` by name of file (JSON Lines: `""`)."""

    municipality: str
    source: str
    system_name: str
    system_version: str
    taken_at: datetime
    kind: str
    sequence: int
    previous_sequence: int | None
    encoding: str
    counts: dict[str, int]
    totals: dict[str, int]
    sha256: dict[str, str]

    @property
    def is_full(self) -> bool:
        """Whether what the file does not name is gone."""
        return self.kind == "full"


def seal(values: dict[str, Any]) -> str:
    """Return the `envelope_sha256` of an envelope: SHA-256 of its lines `name=value`, sorted, each with a line feed.

    Groups with a point (`counts.party=120`), as in envelope.csv; without `record` and the seal itself. The same for
    JSON and CSV, whatever the order, the spaces and the escapes.
    """
    flat: dict[str, object] = {}
    for name, value in values.items():
        if name in ("record", "envelope_sha256"):
            continue
        if isinstance(value, dict):
            flat.update((f"{name}.{key}", one) for key, one in value.items())
        else:
            flat[name] = value
    lines = sorted(f"{name}={value}\n".encode("utf-8", "surrogatepass") for name, value in flat.items())
    return hashlib.sha256(b"".join(lines)).hexdigest()


def grosze(amount: str) -> int:
    """Return an amount with exactly two decimals as grosze."""
    return int(amount.replace(".", ""))


def read_envelope(values: Any, file: str, lines: dict[str, int] | None = None) -> Envelope:
    """Check an envelope and return it; raises Refused with its first problem.

    `lines` says on which line of envelope.csv a field stands.
    """
    report = Report()

    def wrong(code: str, field: str, value: object = "") -> None:
        line = (lines or {}).get(field, 1)
        report.add(Problem(code, file, line, field, shown(value)))

    if not isinstance(values, dict):
        raise Refused(Problem("no_envelope", file, 1))
    for name in REQUIRED:
        if name not in values:
            wrong("no_envelope" if name == "schema" else "missing", name)
    for name in values.keys() - {*REQUIRED, *OPTIONAL}:
        wrong("unknown_field", str(name)[:40])
    if report:
        raise Refused(report.problems[0])
    for name, is_good, code in _TESTS:
        if not is_good(values[name]):
            wrong(code, name, values[name])
    previous = values.get("previous_sequence")
    if previous is not None and not _is_sequence(previous):
        wrong("out_of_range", "previous_sequence", previous)
    if values.get("encoding", "utf-8") not in ("utf-8", "cp1250", "cp852"):
        wrong("unknown_value", "encoding", values.get("encoding"))
    if report:
        raise Refused(report.problems[0])
    if values["envelope_sha256"] != seal(values):
        raise Refused(
            Problem("envelope_digest", file, (lines or {}).get("envelope_sha256", 1), "envelope_sha256")
        )
    digests = values["sha256"]
    return Envelope(
        municipality=values["municipality"],
        source=values["source"],
        system_name=values["system_name"],
        system_version=values["system_version"],
        taken_at=datetime.fromisoformat(values["taken_at"]),
        kind=values["kind"],
        sequence=values["sequence"],
        previous_sequence=previous,
        encoding=values.get("encoding", ""),
        counts=dict(values["counts"]),
        totals={name: grosze(amount) for name, amount in values["totals"].items()},
        sha256=digests if isinstance(digests, dict) else {"": digests},
    )


def _is_sequence(value: object) -> bool:
    return type(value) is int and 1 <= value <= HIGHEST_SEQUENCE


def _is_counts(value: object) -> bool:
    return isinstance(value, dict) and all(
        name in fields.COUNTED and type(count) is int and 0 <= count < 10**9 for name, count in value.items()
    )


def _is_totals(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == fields.TOTALS.keys()
        and all(isinstance(amount, str) and _TOTAL(amount) for amount in value.values())
    )


def _is_digest(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(isinstance(one, str) and _DIGEST(one) for one in value.values())
    return isinstance(value, str) and bool(_DIGEST(value))


_name = fields.Field("", "text", "", longest=60).is_good


def _matches(test: Any) -> Any:
    return lambda value: isinstance(value, str) and bool(test(value))


_TESTS: tuple[tuple[str, Any, str], ...] = (
    ("schema", lambda value: value == fields.SCHEMA, "schema"),
    ("municipality", _matches(_TERYT), "teryt"),
    ("source", _matches(_SOURCE), "not_id"),
    ("system_name", _matches(_name), "not_text"),
    ("system_version", _matches(_name), "not_text"),
    ("taken_at", _matches(fields.is_moment), "not_moment"),
    ("kind", lambda value: isinstance(value, str) and value in KINDS, "unknown_value"),
    ("sequence", _is_sequence, "out_of_range"),
    ("counts", _is_counts, "bad_counts"),
    ("totals", _is_totals, "bad_totals"),
    ("sha256", _is_digest, "bad_digest"),
    ("envelope_sha256", _matches(_DIGEST), "bad_digest"),
)


def unflatten(rows: dict[str, str]) -> dict[str, Any]:
    """Return the envelope of envelope.csv (`counts.party` → 12) in the shape that JSON Lines have."""
    values: dict[str, Any] = {"counts": {}, "totals": {}, "sha256": {}}
    for key, text in rows.items():
        group, dot, name = key.partition(".")
        if dot and group in ("counts", "totals", "sha256"):
            values[group][name] = _whole(text) if group == "counts" else text
        elif key in ("sequence", "previous_sequence"):
            if text:
                values[key] = _whole(text)
        else:
            values[key] = text
    return values


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else text
