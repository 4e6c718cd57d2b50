"""Checking records: each by itself, then against the others and against what the envelope promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from taxes.imports import fields
from taxes.imports.envelope import Envelope, grosze
from taxes.imports.fields import Field, Record
from taxes.imports.problems import Problem, Report, shown
from taxes.imports.reading import Row

Known = Callable[[str, set[str]], set[str]]
"""Which of these ids of a record type the portal has already (`receivable/number` for instalments)."""
Terms = tuple[str, str, bool, str, bool]
_PENDING = 2000
_ZLOTY = 100


class _Shape:
    """What a record type may hold, ready to be asked fast."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.names = frozenset({one.name for one in record.fields} | record.children.keys())
        self.required = tuple((one.name, one.is_good) for one in record.fields if one.required)
        self.optional = tuple((one.name, one.is_good) for one in record.fields if not one.required)
        self.children = tuple((name, shape_of(child)) for name, child in record.children.items())
        self.refers = tuple((one.name, one.refers) for one in record.fields if one.refers)

    def is_good(self, values: Any) -> bool:
        """Tell quickly whether every field is there and well formed; the slow way says what is wrong."""
        try:
            for name, good in self.required:
                if not good(values[name]):
                    return False
            for name, good in self.optional:
                if name in values and not good(values[name]):
                    return False
            if not values.keys() <= self.names:
                return False
            for name, shape in self.children:
                rows = values.get(name)
                if rows is None:
                    if name in fields.REQUIRED_CHILDREN:
                        return False
                elif type(rows) is not list or not all(map(shape.is_good, rows)):
                    return False
                elif not rows:
                    return name not in fields.REQUIRED_CHILDREN
        except (KeyError, TypeError, AttributeError):
            return False
        return True

    def explain(self, values: Any) -> Iterable[tuple[str, str, object, Field | None]]:
        """Yield (field, code, value, its Field) for everything wrong with one record, without its rows inside."""
        if not isinstance(values, dict):
            yield "", "not_object", values, None
            return
        for one in self.record.fields:
            if one.name not in values or values[one.name] is None:
                if one.required:
                    yield one.name, "missing", None, one
                elif one.name in values:
                    yield one.name, "null", None, one
            elif code := explain(one, values[one.name]):
                yield one.name, code, values[one.name], one
        for name in values.keys() - self.names:
            yield shown(name), "unknown_field", None, None


def shape_of(record: Record) -> _Shape:
    """Return the shape of a record type, made once."""
    if record.name not in _shapes:
        _shapes[record.name] = _Shape(record)
    return _shapes[record.name]


_shapes: dict[str, _Shape] = {}


def explain(field: Field, value: object) -> str:
    """Return the code of what is wrong with a value, empty when nothing is."""
    try:
        if field.is_good(value):
            return ""
    except TypeError:
        pass
    if field.kind == "whole":
        return "not_whole" if type(value) is not int else "out_of_range"
    if field.kind == "flag":
        return "not_flag"
    if not isinstance(value, str):
        return "amount_not_text" if field.kind in ("amount", "positive", "decimal") else "not_text"
    return _explain_text(field, value)


def _explain_text(field: Field, value: str) -> str:
    if field.kind in ("amount", "positive"):
        return _explain_amount(value)
    if field.kind == "date":
        return _explain_date(value)
    if field.kind == "text":
        return _explain_words(field, value)
    return {
        "choice": "unknown_value",
        "nrb": "check_digit",
        "digits": "check_digit",
        "id": "not_id",
        "uuid": "not_uuid",
        "decimal": "not_decimal",
        "postcode": "not_postcode",
        "code": "not_code",
    }[field.kind]


def _explain_amount(value: str) -> str:
    number = value.strip()
    if number.startswith("-") and number[1:2].isdigit():
        return "negative"
    whole, dot, rest = number.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (dot and not (rest.isascii() and rest.isdigit())):
        return "not_amount"
    if len(rest) != 2:
        return "decimals"
    if len(whole) > 10:
        return "too_large"
    return "not_positive" if value == "0.00" else "not_amount"


def _explain_date(value: str) -> str:
    year = value[:4]
    if len(value) == 10 and year.isascii() and year.isdigit() and int(year) < fields.EARLIEST.year:
        return "date_too_early"
    return "not_date"


def _explain_words(field: Field, value: str) -> str:
    if not value.strip():
        return "empty"
    if value[0] in "=+@-＝＋＠－":
        return "formula"
    if len(value) > field.longest:
        return "too_long"
    return "leading_space" if value[0].isspace() and value[0] not in "\t\r\n\v\f" else "control"


class Checker:
    """Checks the rows of one file in turn and hands the good ones on, until something is wrong."""

    def __init__(
        self,
        envelope: Envelope,
        report: Report,
        *,
        terms: Mapping[str, Terms],
        known: Known | None = None,
        file: str = "",
    ) -> None:
        self.envelope, self.report, self.terms, self.known, self.file = envelope, report, terms, known, file
        self.counts: dict[str, int] = {}
        self.totals = dict.fromkeys(fields.TOTALS, 0)
        self.ids: dict[str, Any] = {name: set() for name in fields.BY_NAME}
        self.ids["receivable"] = {}
        self._place = 0
        self._pending: list[tuple[Row, str, str, str]] = []
        self._parties: set[str] = set()
        self._numbers: set[str] = set()

    # -- one row

    def check(self, row: Row) -> bool:
        """Note what is wrong with a row; returns whether it is good."""
        if row.problem is not None:
            self.report.add(row.problem)
            return False
        record = fields.BY_NAME.get(row.type)
        if record is None:
            self._wrong(row, "unknown_type", "record", row.type)
            return False
        before = self.report.count
        if fields.ORDER[row.type] < self._place:
            self._wrong(row, "wrong_order", "record", row.type)
        self._place = max(self._place, fields.ORDER[row.type])
        if row.type == "tombstone" and self.envelope.is_full:
            self._wrong(row, "tombstone_in_full", "record")
        shape = shape_of(record)
        self.counts[row.type] = self.counts.get(row.type, 0) + 1
        if not shape.is_good(row.values):
            self._explain(row, shape)
            return False
        values = row.values
        for name, to in shape.refers:
            if name in values and values[name] not in self.ids[to]:
                self._unknown(row, name, to, values[name])
        own = _RULES.get(row.type)
        if own is not None:
            own(self, row, values)
        self._remember(row, record, values)
        return self.report.count == before

    def _explain(self, row: Row, shape: _Shape) -> None:
        before = self.report.count
        for field, code, value, one in shape.explain(row.values):
            self._wrong(row, code, field, value, personal=bool(one and one.personal))
        if not isinstance(row.values, dict):
            return
        for name, inner in shape.children:
            rows = row.values.get(name)
            if rows is None or rows == []:
                if name in fields.REQUIRED_CHILDREN:
                    self._wrong(row, "no_instalments", name)
                continue
            if not isinstance(rows, list):
                self._wrong(row, "not_list", name)
                continue
            for place, values in enumerate(rows):
                if not inner.is_good(values):
                    for field, code, value, one in inner.explain(values):
                        self._wrong_inside(row, name, place, code, field, value, bool(one and one.personal))
        if self.report.count == before:
            self._wrong(row, "not_object", "")

    def _remember(self, row: Row, record: Record, values: dict[str, Any]) -> None:
        if not record.key:
            return
        key = (
            values[record.key[0]]
            if len(record.key) == 1
            else "\n".join(str(values[name]) for name in record.key)
        )
        known = self.ids[row.type]
        if key in known:
            self._wrong(row, "duplicate_id", record.key[0], values[record.key[0]])
        elif row.type == "receivable":
            known[key] = tuple(one["number"] for one in values["instalments"])
        else:
            known.add(key)

    # -- references

    def _unknown(self, row: Row, name: str, to: str, value: str) -> None:
        if self.envelope.is_full or self.known is None:
            self._wrong(row, "unknown_reference", name, value)
            return
        self._pending.append((row, name, to, value))
        if len(self._pending) >= _PENDING:
            self._ask()

    def _ask(self) -> None:
        pending, self._pending = self._pending, []
        for to in {one[2] for one in pending}:
            found = self.known(to, {one[3] for one in pending if one[2] == to}) if self.known else set()
            for row, name, kind, value in pending:
                if kind == to and value not in found:
                    self._wrong(row, "unknown_reference", name, value)

    def _instalment(self, row: Row, values: dict[str, Any], name: str = "instalment") -> None:
        number = values.get("instalment")
        if number is None:
            return
        numbers = self.ids["receivable"].get(values["receivable"])
        if numbers is None:
            if not self.envelope.is_full:
                self._unknown(row, name, "instalment", f"{values['receivable']}/{number}")
        elif number not in numbers:
            self._wrong(row, "unknown_reference", name, number)

    # -- what belongs together

    def _type(self, row: Row, values: dict[str, Any]) -> None:
        terms = self.terms.get(values["code"])
        if terms is None:
            self._wrong(row, "unknown_kind", "code", values["code"])
            return
        for name, ours in zip(("regime", "rounding", "threshold", "allocation", "shift"), terms, strict=True):
            if values[name] != ours:
                self._wrong(row, "terms_differ", name, str(values[name]).lower(), detail=str(ours).lower())

    def _party(self, row: Row, values: dict[str, Any]) -> None:
        is_person = values["kind"] == "person"
        for name in ("family_name",) if is_person else ("name",):
            if name not in values:
                self._wrong(row, "missing", name)
        for name in ("name",) if is_person else ("given_name", "family_name"):
            if name in values:
                self._wrong(row, "not_for_kind", name)
        scheme, number = values.get("scheme"), values.get("identifier")
        if (scheme is None) != (number is None):
            self._wrong(row, "missing", "identifier" if number is None else "scheme")
        elif scheme is not None and number is not None:
            if not fields.is_official_number(scheme, number):
                self._wrong(row, "check_digit", "identifier", number, personal=True)
            elif f"{scheme}{number}" in self._numbers:
                self._wrong(row, "duplicate_number", "identifier", number, personal=True)
            self._numbers.add(f"{scheme}{number}")

    def _account(self, row: Row, values: dict[str, Any]) -> None:
        number = "nrb" + values["virtual_account"]
        if number in self._numbers:
            self._wrong(row, "duplicate_number", "virtual_account", values["virtual_account"])
        self._numbers.add(number)

    def _decision(self, row: Row, values: dict[str, Any]) -> None:
        if "delivered_on" in values and values["delivered_on"] < values["issued_on"]:
            self._wrong(row, "before", "delivered_on", values["delivered_on"], detail="issued_on")
        code = values.get("payment_code")
        if code is not None:
            if "code" + code in self._numbers:
                self._wrong(row, "duplicate_number", "payment_code", code)
            self._numbers.add("code" + code)

    def _receivable(self, row: Row, values: dict[str, Any]) -> None:
        total, paid, balance = (grosze(values[name]) for name in ("total", "paid", "balance"))
        self.totals["assessed"] += total
        self.totals["paid"] += paid
        self.totals["balance"] += balance
        amounts = payments = reductions = 0
        numbers: set[int] = set()
        counts = self.counts
        for place, one in enumerate(values["instalments"]):
            amount, part = grosze(one["amount"]), grosze(one["paid"])
            amounts += amount
            payments += part
            if "reduced" in one:
                reduced = grosze(one["reduced"])
                reductions += reduced
                amount -= reduced
            if amount - part != grosze(one["balance"]):
                self._inside(row, place, "balance", "balance", one["balance"], _money(amount - part))
            if one["effective_due_on"] < one["due_on"]:
                self._inside(row, place, "before", "effective_due_on", one["effective_due_on"], "due_on")
            if one["number"] in numbers:
                self._inside(row, place, "duplicate_id", "number", one["number"])
            numbers.add(one["number"])
            if one["status"] != "open" or amount == part or len(one) > 7:
                self._state(row, place, one, amount, part)
        counts["instalment"] = counts.get("instalment", 0) + len(values["instalments"])
        if amounts != total:
            self._wrong(row, "sum_instalments", "total", values["total"], detail=_money(amounts))
        if payments != paid:
            self._wrong(row, "sum_paid", "paid", values["paid"], detail=_money(payments))
        if reductions != (grosze(values["reduced"]) if "reduced" in values else 0):
            self._wrong(row, "sum_reduced", "reduced", values.get("reduced"), detail=_money(reductions))
        if total - reductions - paid != balance:
            self._wrong(
                row, "balance", "balance", values["balance"], detail=_money(total - reductions - paid)
            )
        parts = values.get("components")
        if parts:
            counts["component"] = counts.get("component", 0) + len(parts)
            summed = sum(grosze(one["amount"]) for one in parts)
            if abs(summed - total) > _ZLOTY * len(parts):
                self._wrong(row, "sum_components", "total", values["total"], detail=_money(summed))

    def _state(self, row: Row, place: int, one: dict[str, Any], amount: int, paid: int) -> None:
        status = one["status"]
        if (status == "settled") != (paid == amount):
            self._inside(row, place, "status_and_balance", "status", status)
        if status == "settled" and "posted_on" not in one:
            self._inside(row, place, "missing", "posted_on")
        is_enforced = "enforced_on" in one
        if is_enforced != ("enforcement_title" in one) or (status == "enforcement" and not is_enforced):
            self._inside(row, place, "missing", "enforcement_title" if is_enforced else "enforced_on")
        has_ended = "enforcement_ended_on" in one
        if has_ended and (status == "enforcement" or not is_enforced):
            self._inside(row, place, "status_and_balance", "enforcement_ended_on", status)
        if is_enforced and status == "open" and not has_ended:
            self._inside(row, place, "missing", "enforcement_ended_on")
        for first, second in (("interest_due", "interest_on"), ("interest_left", "interest_settled_until")):
            if first in one and second not in one:
                self._inside(row, place, "missing", second)
        if "interest_on" in one and "interest_due" not in one:
            self._inside(row, place, "missing", "interest_due")

    def _entry(self, row: Row, values: dict[str, Any]) -> None:
        self._instalment(row, values)
        amount = grosze(values["amount"])
        self.totals["entries"] += amount
        parts = [grosze(values[name]) for name in ("principal", "interest", "costs") if name in values]
        if parts and sum(parts) != amount:
            self._wrong(row, "split", "amount", values["amount"], detail=_money(sum(parts)))
        if "portal_payment" in values and values["kind"] not in ("payment", "allocation", "refund"):
            self._wrong(row, "not_for_kind", "portal_payment")

    def _reminder(self, row: Row, values: dict[str, Any]) -> None:
        self._instalment(row, values)
        if "delivered_on" in values and values["delivered_on"] < values["sent_on"]:
            self._wrong(row, "before", "delivered_on", values["delivered_on"], detail="sent_on")

    def _plan(self, row: Row, values: dict[str, Any]) -> None:
        parts = values.get("parts", [])
        self.counts["plan_part"] = self.counts.get("plan_part", 0) + len(parts)
        if not parts:
            self._wrong(row, "missing", "parts")
        for place, one in enumerate(parts):
            self._instalment(
                row, {**one, "receivable": values["receivable"]}, f"parts[{place + 1}].instalment"
            )

    def _overpayment(self, row: Row, values: dict[str, Any]) -> None:
        left = grosze(values["left"])
        self.totals["overpaid"] += left
        if left > grosze(values["amount"]):
            self._wrong(row, "split", "left", values["left"], detail=values["amount"])

    def _answer(self, row: Row, values: dict[str, Any]) -> None:
        parts = values.get("parts", [])
        self.counts["answer_part"] = self.counts.get("answer_part", 0) + len(parts)
        if values["answer"] == "rejected" and "reason" not in values:
            self._wrong(row, "missing", "reason")
        if values["answer"] == "split" and not parts:
            self._wrong(row, "missing", "parts")
        for place, one in enumerate(parts):
            if one["receivable"] not in self.ids["receivable"]:
                self._unknown(row, f"parts[{place + 1}].receivable", "receivable", one["receivable"])
            else:
                self._instalment(row, one, f"parts[{place + 1}].instalment")

    # -- the whole

    def finish(self) -> None:
        """Compare counts and control totals with the envelope's."""
        self._ask()
        for name in fields.COUNTED:
            promised, found = self.envelope.counts.get(name, 0), self.counts.get(name, 0)
            if promised != found:
                self.report.add(
                    Problem("counts", self.file, 1, f"counts.{name}", str(promised), detail=str(found))
                )
        for name, found in self.totals.items():
            promised = self.envelope.totals[name]
            if promised != found:
                self.report.add(
                    Problem("totals", self.file, 1, f"totals.{name}", _money(promised), detail=_money(found))
                )

    # -- saying where

    def _wrong(
        self,
        row: Row,
        code: str,
        field: str,
        value: object = None,
        *,
        personal: bool = False,
        detail: str = "",
    ) -> None:
        self.report.add(
            Problem(code, row.file, row.line, field, shown(value, personal=personal), shown(detail))
        )

    def _inside(
        self, row: Row, place: int, code: str, field: str, value: object = None, detail: str = ""
    ) -> None:
        self._wrong_inside(row, "instalments", place, code, field, value, detail=detail)

    def _wrong_inside(
        self,
        row: Row,
        name: str,
        place: int,
        code: str,
        field: str,
        value: object = None,
        personal: bool = False,
        detail: str = "",
    ) -> None:
        lines = row.lines.get(name)
        told = shown(value, personal=personal)
        if lines:
            file = fields.BY_NAME[row.type].children[name].file
            self.report.add(Problem(code, file, lines[place], field, told, shown(detail)))
        else:
            path = f"{name}[{place + 1}]" + (f".{field}" if field else "")
            self.report.add(Problem(code, row.file, row.line, path, told, shown(detail)))


_RULES: dict[str, Callable[[Checker, Row, dict[str, Any]], None]] = {
    "type": Checker._type,
    "party": Checker._party,
    "account": Checker._account,
    "decision": Checker._decision,
    "receivable": Checker._receivable,
    "entry": Checker._entry,
    "reminder": Checker._reminder,
    "plan": Checker._plan,
    "overpayment": Checker._overpayment,
    "payment_answer": Checker._answer,
}


def _money(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
