"""An invented town's ledger of any size, written as it is made: PESELs of the 1800s, valid account numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eurzad.lib.identifiers import nrb_with_check_digits
from taxes.imports import fields
from taxes.imports.envelope import grosze, seal

Values = dict[str, Any]
_GIVEN = (
    "Zofia",
    "Ignacy",
    "Marianna",
    "Walenty",
    "Łucja",
    "Świętosław",
    "Bożena",
    "Żaneta",
    "Józef",
    "Ćwierciak",
)
_FAMILY = ("Jesion", "Kłos", "Jarząb", "Wierzba", "Źrebiec", "Śliwa", "Dąbek", "Świerk", "Łąka", "Grońska")  # fmt: skip
_STREETS = ("Lipowa", "Ogrodowa", "Polna", "Szkolna", "Nadrzeczna", "Słoneczna", "Młyńska", "Źródlana")
_DAYS = ("03-15", "05-15", "09-15", "11-15")
_WASTE = ("03-31", "06-30", "09-30", "12-31")
TYPES: dict[str, tuple[str, str, bool, str, bool]] = {
    "property_tax": ("tax", "zloty", True, "proportional", True),
    "waste_fee": ("tax", "zloty", True, "proportional", True),
}


@dataclass(frozen=True, slots=True)
class Town:
    """How large the ledger is and whose. `changed` is one account in so many of a delta."""

    accounts: int
    seed: int = 1
    years: int = 1
    last_year: int = 2026
    teryt: str = "9999011"
    bank: str = "999999100010"
    source: str = "podatki"
    sequence: int = 1
    previous: int | None = None
    is_delta: bool = False
    changed: int = 100
    step: int = 0
    """What has been paid moves on with it, so that a later file differs from an earlier one."""
    taken_at: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-11-23T02:00:00+01:00"))
    types: tuple[tuple[str, tuple[str, str, bool, str, bool]], ...] = tuple(TYPES.items())

    def picked(self) -> range:
        """Numbers of the accounts that the file is about."""
        return range(0, self.accounts, self.changed) if self.is_delta else range(self.accounts)


def pesel_of(number: int) -> str:
    """Return a PESEL of the 1800s, another for each number below 36 million."""
    day, serial = divmod(number, 10_000)
    year, rest = divmod(day, 336)
    month, day = divmod(rest, 28)
    digits = f"{year % 100:02d}{month + 81:02d}{day + 1:02d}{serial:04d}"
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    return digits + str(-sum(int(one) * weight for one, weight in zip(digits, weights, strict=True)) % 10)


def nip_of(number: int) -> str:
    """Return a valid NIP whose first digits no office has (999)."""
    while True:
        digits = f"999{number % 1_000_000:06d}"
        weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
        check = sum(int(one) * weight for one, weight in zip(digits, weights, strict=True)) % 11
        if check < 10:
            return digits + str(check)
        number += 500_000


def _money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _party_of(account: int) -> int:
    return account * 7 // 10


def _party(town: Town, number: int) -> Values:
    chance = random.Random(town.seed * 1_000_003 + number)  # noqa: S311 (an invented town)
    values: Values = {"id": f"P{number}", "kind": "person"}
    if number % 20 == 19:
        values |= {"kind": "organisation", "name": f"Zakład {chance.choice(_FAMILY)} nr {number} sp. z o.o."}
        values |= {"scheme": "nip", "identifier": nip_of(town.seed * 7919 + number)}
    else:
        values |= {"given_name": chance.choice(_GIVEN), "family_name": chance.choice(_FAMILY)}
        if number % 50 != 13:
            values |= {"scheme": "pesel", "identifier": pesel_of(town.seed * 499_979 + number)}
    values |= {
        "street": chance.choice(_STREETS),
        "building": str(chance.randint(1, 120)),
        "postal_code": "99-901",
        "city": "Jarzębin",
    }
    return values


def _account(town: Town, number: int) -> Values:
    kind = "waste_fee" if number % 3 == 2 else "property_tax"
    payer = town.seed % 1000 * 1_000_000_000 + number + 500_000_000
    return {
        "id": f"K{number}",
        "party": f"P{_party_of(number)}",
        "type": kind,
        "number": f"{'GO' if kind == 'waste_fee' else 'PN'}/{town.seed}/{number:06d}",
        "virtual_account": nrb_with_check_digits(f"{town.bank}{payer:012d}"),
        "object": "Gospodarowanie odpadami" if kind == "waste_fee" else "Dom i grunt",
        "object_address": f"{_STREETS[number % len(_STREETS)]} {number % 90 + 1}, Jarzębin",
    }


def _decision(number: int, year: int) -> Values:
    return {
        "id": f"D{number}-{year}",
        "account": f"K{number}",
        "kind": "assessment",
        "number": f"FN.3120.{number}.{year}",
        "issued_on": f"{year}-01-20",
        "delivered_on": f"{year}-02-{number % 20 + 1:02d}",
        "payment_code": f"{year % 100:02d}{number:08X}",
    }


def _receivable(town: Town, number: int, year: int) -> Values:
    waste = number % 3 == 2
    area = 40 + (number * 37 + year) % 160
    rates: tuple[tuple[str, int, int], ...] = (
        ("Budynek mieszkalny", area, 112),
        ("Grunt pod budynkiem", area * 6, 66),
    )
    if waste:
        rates = (("Odpady, miesięcznie od osoby", 1 + number % 5, 3_200 * 12),)
    parts = [
        {
            "name": name, "base": f"{base}.0000", "unit": "osoba" if waste else "m2", "rate": f"{rate / 100:.4f}",
            "months": 12, "amount": _money(base * rate), "source": f"uchwała nr XII/87/{year - 1}",
        }
        for name, base, rate in rates
    ]  # fmt: skip
    total = (sum(base * rate for _name, base, rate in rates) + 50) // 100 * 100
    share = total // 400 * 100
    settled = (number * 13 + town.step) % 5 if year == town.last_year else 4 - (number % 9 == 4)
    instalments = []
    for place, day in enumerate(_WASTE if waste else _DAYS):
        amount = total - 3 * share if place == 0 else share
        one: Values = {
            "number": place + 1,
            "amount": _money(amount),
            "due_on": f"{year}-{day}",
            "effective_due_on": f"{year}-{day}",
            "paid": _money(amount if place < settled else 0),
            "balance": _money(0 if place < settled else amount),
            "status": "settled" if place < settled else "open",
        }
        if place < settled:
            one["posted_on"] = f"{year}-{day}"
        instalments.append(one)
    paid = sum(grosze(one["paid"]) for one in instalments)
    return {
        "id": f"N{number}-{year}",
        "account": f"K{number}",
        "decision": f"D{number}-{year}",
        "year": year,
        "title": f"{'Opłata za gospodarowanie odpadami' if waste else 'Podatek od nieruchomości'} za {year} rok",
        "total": _money(total),
        "paid": _money(paid),
        "balance": _money(total - paid),
        "components": parts,
        "instalments": instalments,
    }


def _years(town: Town) -> range:
    return range(town.last_year - town.years + 1, town.last_year + 1)


def records(town: Town) -> Iterator[tuple[str, Values]]:
    """The town's records in the order of the contract."""
    picked = town.picked()
    for code, (regime, rounding, threshold, allocation, shift) in town.types:
        yield (
            "type",
            {
                "code": code, "regime": regime, "rounding": rounding, "threshold": threshold,
                "allocation": allocation, "shift": shift,
            },
        )  # fmt: skip
    last = -1
    for number in picked:
        if _party_of(number) != last:
            last = _party_of(number)
            yield "party", _party(town, last)
    yield from (("account", _account(town, number)) for number in picked)
    yield from (("decision", _decision(number, year)) for number in picked for year in _years(town))
    yield from (("receivable", _receivable(town, number, year)) for number in picked for year in _years(town))
    last = _party_of(picked[-1])
    for number in picked[::40]:
        if (other := _party_of(number) + 1) <= last and not town.is_delta:
            yield "joint_party", {"account": f"K{number}", "party": f"P{other}", "share": "1/2"}
    for number in picked:
        for one in _receivable(town, number, town.last_year)["instalments"]:
            if one["status"] == "settled":
                yield "entry", _entry(number, town.last_year, one)
    for number in picked[4::9]:
        if town.years > 1:
            yield "reminder", _reminder(number, town.last_year - 1)


def _entry(number: int, year: int, one: Values) -> Values:
    return {
        "id": f"Z{number}-{year}-{one['number']}",
        "receivable": f"N{number}-{year}",
        "instalment": one["number"],
        "kind": "payment",
        "booked_on": one["posted_on"],
        "amount": one["amount"],
        "principal": one["amount"],
        "interest": "0.00",
        "costs": "0.00",
    }


def _reminder(number: int, year: int) -> Values:
    return {
        "id": f"U{number}-{year}",
        "receivable": f"N{number}-{year}",
        "instalment": 4,
        "number": f"FN.3161.{number}.{year + 1}",
        "sent_on": f"{year + 1}-01-10",
        "delivered_on": f"{year + 1}-01-24",
        "cost": "16.00",
    }


class _Tally:
    """Counts and control totals of what was written."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.totals = dict.fromkeys(fields.TOTALS, 0)

    def add(self, kind: str, values: Values) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        for name, child in fields.BY_NAME[kind].children.items():
            if rows := values.get(name):
                self.counts[child.name] = self.counts.get(child.name, 0) + len(rows)
        if kind == "receivable":
            for total, name in (("assessed", "total"), ("paid", "paid"), ("balance", "balance")):
                self.totals[total] += _or_zero(values.get(name))
        elif kind == "entry":
            self.totals["entries"] += _or_zero(values.get("amount"))
        elif kind == "overpayment":
            self.totals["overpaid"] += _or_zero(values.get("left"))


def _or_zero(amount: object) -> int:
    try:
        return grosze(str(amount))
    except ValueError:
        return 0


def _envelope(town: Town, tally: _Tally, sha256: Any) -> Values:
    envelope: Values = {
        "record": "envelope",
        "schema": fields.SCHEMA,
        "municipality": town.teryt,
        "source": town.source,
        "system_name": "Generator przykładów",
        "system_version": "1.0",
        "taken_at": town.taken_at.isoformat(timespec="seconds"),
        "kind": "delta" if town.is_delta else "full",
        "sequence": town.sequence,
        "counts": tally.counts,
        "totals": {name: _money(max(0, amount)) for name, amount in tally.totals.items()},
        "sha256": sha256,
    }
    if town.previous is not None:
        envelope["previous_sequence"] = town.previous
    return envelope


Change = Callable[[Iterator[tuple[str, Values]]], Iterator[tuple[str, Values]]]


def write_jsonl(
    path: Path,
    town: Town,
    *,
    rows: Iterator[tuple[str, Values]] | None = None,
    encoding: str = "utf-8",
    change: Callable[[Values], None] | None = None,
) -> None:
    """Write the town as JSON Lines. `rows` replaces its records, `change` has the last word on the envelope."""
    tally, digest = _Tally(), hashlib.sha256()
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=True).encode
    with TemporaryDirectory(dir=path.parent) as folder:
        body = Path(folder) / "body"
        with body.open("wb") as stream:
            for kind, values in rows if rows is not None else records(town):
                if kind in fields.BY_NAME:
                    tally.add(kind, values)
                line = f"{dump({'record': kind, **values})}\n".encode(encoding, "replace")
                digest.update(line)
                stream.write(line)
        envelope = _envelope(town, tally, digest.hexdigest())
        if encoding != "utf-8":
            envelope["encoding"] = encoding
        if change is not None:
            change(envelope)
        envelope["envelope_sha256"] = seal(envelope)
        with path.open("wb") as out, body.open("rb") as stream:
            out.write(json.dumps(envelope).encode() + b"\n")
            while chunk := stream.read(1 << 20):
                out.write(chunk)


def write_csv(
    path: Path,
    town: Town,
    *,
    rows: Iterator[tuple[str, Values]] | None = None,
    encoding: str = "utf-8",
    change: Callable[[Values], None] | None = None,
) -> None:
    """Write the town as CSV files: a ZIP where the path ends so, else a folder."""
    tally = _Tally()
    with TemporaryDirectory(dir=path.parent) as temporary:
        folder = Path(temporary)
        tables: dict[str, tuple[io.TextIOWrapper, Any, list[str]]] = {}

        def put(record: fields.Record, values: Values, parent: str, owner: object) -> None:
            if record.name not in tables:
                stream = (folder / record.file).open("w", encoding=encoding, errors="replace", newline="")
                columns = ([parent] if parent else []) + [one.name for one in record.fields]
                writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
                writer.writerow(columns)
                tables[record.name] = (stream, writer, columns)
            _stream, writer, columns = tables[record.name]
            writer.writerow([_cell(owner if name == parent else values.get(name)) for name in columns])

        for kind, values in rows if rows is not None else records(town):
            tally.add(kind, values)
            record = fields.BY_NAME[kind]
            put(record, values, "", None)
            for name, child in record.children.items():
                for one in values.get(name) or ():
                    put(child, one, fields.parent_column(record), values.get(record.key[0]))
        for stream, _writer, _columns in tables.values():
            stream.close()
        sha256 = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())
        }
        envelope = _envelope(town, tally, sha256)
        if change is not None:
            change(envelope)
        envelope["envelope_sha256"] = seal(envelope)
        _write_envelope_csv(folder / "envelope.csv", envelope)
        _collect(folder, path)


def _write_envelope_csv(path: Path, envelope: Values) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        for key, value in envelope.items():
            if key == "record":
                continue
            if isinstance(value, dict):
                writer.writerows((f"{key}.{name}", one) for name, one in value.items())
            else:
                writer.writerow((key, value))


def _collect(folder: Path, path: Path) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
        return
    path.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.rename(path / file.name)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
