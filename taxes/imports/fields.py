"""The contract, version 1, as data: what a record of each type holds. Schema, CSV columns and checks come from here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from eurzad.lib import identifiers

SCHEMA = "eurzad-ledger/1"
EARLIEST = date(1990, 1, 1)
LATEST = date(2199, 12, 31)
UNWANTED = "\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff"
"""Control characters, marks that turn or hide text, and what is no character: nowhere in a file."""
FORMULA = "=+@\\-\uff1d\uff0b\uff20\uff0d"
"""A text that begins so would be a formula in a spreadsheet."""

AMOUNT = r"(?:0|[1-9][0-9]{0,9})\.[0-9]{2}"
POSITIVE = r"(?!0\.00$)" + AMOUNT
DECIMAL = r"(?:0|[1-9][0-9]{0,7})(?:\.[0-9]{1,4})?"
DATE = r"(?:199[0-9]|2[01][0-9]{2})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
IDENTIFIER = r"[0-9A-Za-z][0-9A-Za-z._/:-]{0,59}"
UUID_TEXT = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"

Check = Callable[[object], object]
_dates: set[str] = set()
_date = re.compile(DATE).fullmatch


def is_date(value: object) -> bool:
    """Tell whether a text is a day from 1990 to 2199 as YYYY-MM-DD."""
    if value in _dates:
        return True
    if _date(value) is None:  # type: ignore[arg-type,call-overload]  # TypeError is the caller's
        return False
    try:
        date.fromisoformat(value)  # type: ignore[arg-type]
    except ValueError:
        return False
    _dates.add(value)  # type: ignore[arg-type]
    return True


def is_moment(value: object) -> bool:
    """Tell whether a text is a moment with its offset from UTC."""
    try:
        return bool(re.fullmatch(MOMENT, value)) and datetime.fromisoformat(value).year >= EARLIEST.year  # type: ignore[arg-type,call-overload]
    except ValueError:
        return False


def is_nrb(value: object) -> bool:
    """Tell whether a text is 26 digits of a Polish account with the right check digits (ISO 13616)."""
    return re.fullmatch("[0-9]{26}", value) is not None and int(f"{value[2:]}2521{value[:2]}") % 97 == 1  # type: ignore[arg-type,call-overload,index]


_CLEAN = {
    "pesel": identifiers.clean_pesel,
    "nip": identifiers.clean_nip,
    "regon": identifiers.clean_regon,
    "krs": identifiers.clean_krs,
}
_WIDTHS = {"pesel": (11,), "nip": (10,), "regon": (9, 14), "krs": (10,)}


def is_official_number(scheme: str, value: str) -> bool:
    """Tell whether a number has the length and check digit of its scheme, written as bare digits."""
    if len(value) not in _WIDTHS[scheme] or not value.isascii() or not value.isdigit():
        return False
    try:
        return bool(_CLEAN[scheme](value))
    except identifiers.IdentifierError:
        return False


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` says what it may hold, `refers` the record type whose id it names."""

    name: str
    kind: str
    meaning: str
    required: bool = True
    longest: int = 0
    lowest: int = 0
    highest: int = 0
    choices: tuple[str, ...] = ()
    refers: str = ""
    personal: bool = False

    @property
    def pattern(self) -> str:
        """The regular expression of a text field; empty for numbers and flags."""
        if self.kind == "text":
            return f"[^{UNWANTED}{FORMULA}\\s][^{UNWANTED}]{{0,{self.longest - 1}}}"
        return _PATTERNS.get(self.kind, "")

    @property
    def is_good(self) -> Check:
        """The quickest test of a value; it may raise TypeError for a value of another type."""
        if self.kind == "whole":
            lowest, highest = self.lowest, self.highest
            return lambda value: type(value) is int and lowest <= value <= highest
        if self.kind == "flag":
            return lambda value: value is True or value is False
        if self.kind == "choice":
            return frozenset(self.choices).__contains__
        special = {"date": is_date, "nrb": is_nrb, "moment": is_moment}.get(self.kind)
        return special or re.compile(self.pattern).fullmatch  # type: ignore[return-value]


_PATTERNS = {
    "amount": AMOUNT,
    "positive": POSITIVE,
    "decimal": DECIMAL,
    "date": DATE,
    "id": IDENTIFIER,
    "uuid": UUID_TEXT,
    "moment": MOMENT,
    "nrb": "[0-9]{26}",
    "digits": "[0-9]{9,14}",
    "postcode": "[0-9]{2}-[0-9]{3}",
    "code": "[0-9A-Z]{4,20}",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One type of record: its fields, and the rows inside it (`children`: name in the record → their type)."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    children: dict[str, Record] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)

    @property
    def file(self) -> str:
        """Name of its file in the CSV variant."""
        return f"{self.name}.csv"


def _text(name: str, longest: int, meaning: str, *, required: bool = False, personal: bool = False) -> Field:
    return Field(name, "text", meaning, required, longest=longest, personal=personal)


def _ref(name: str, to: str, *, required: bool = True) -> Field:
    return Field(name, "id", f"id of a {to} above in the file, or loaded before", required, refers=to)


def _choice(name: str, meaning: str, *choices: str, required: bool = True) -> Field:
    return Field(name, "choice", meaning, required, choices=choices)


def _id(meaning: str = "the source's immutable id") -> Field:
    return Field("id", "id", meaning)


def _day(name: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, "date", meaning, required)


def _amount(name: str, meaning: str, *, required: bool = True, positive: bool = False) -> Field:
    return Field(name, "positive" if positive else "amount", meaning, required)


def _number(name: str, lowest: int, highest: int, meaning: str, *, required: bool = True) -> Field:
    return Field(name, "whole", meaning, required, lowest=lowest, highest=highest)


def _flag(name: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, "flag", meaning, required)


KINDS_OF_INSTALMENT = ("ordinary", "arranged", "interest", "fee")
_INSTALMENT_REF = _number("instalment", 1, 120, "number of the instalment of that receivable", required=False)

COMPONENT = Record(
    "component",
    "one line of how the year's amount came about",
    (
        _text("name", 160, "what is taxed or let", required=True),
        Field("base", "decimal", "base, at most four decimals"),
        _text("unit", 20, "unit of the base, e.g. m2 (shown as m²)", required=True),
        Field("rate", "decimal", "rate in złoty for a unit and a year"),
        _number("months", 1, 12, "months of the year", required=False),
        _amount("amount", "what it makes, złoty"),
        _text("source", 200, "resolution or contract the rate comes from"),
    ),
    key=(),
)
INSTALMENT = Record(
    "instalment",
    "one date of payment",
    (
        _number("number", 1, 120, "number of the instalment, unique within the receivable"),
        _amount("amount", "what was charged, złoty", positive=True),
        _amount("reduced", "reductions, remissions and write-offs of it", required=False),
        _day("due_on", "date of the act, decision or contract"),
        _day("effective_due_on", "last day of paying in time, shifts and delivery considered"),
        _amount("paid", "principal posted as paid"),
        _amount("balance", "amount − reduced − paid"),
        _choice("status", "state in the ledger", "open", "enforcement", "settled"),
        _day("posted_on", "day of the last payment posted; required with status settled", required=False),
        _choice("kind", "ordinary unless given", *KINDS_OF_INSTALMENT, required=False),
        _flag("bears_interest", "true unless given; false: frozen by a plan", required=False),
        _amount("costs_paid", "reminder costs posted as paid", required=False),
        _day("interest_settled_until", "civil: interest is settled to this day", required=False),
        _amount("interest_left", "civil: interest left unpaid on that day", required=False),
        _amount("interest_due", "interest as the domain system computed it", required=False),
        _day("interest_on", "the day for which it did; required with interest_due", required=False),
        _day("enforced_on", "since when; required with status enforcement", required=False),
        _text("enforcement_title", 60, "number of the enforcement title; required with enforced_on"),
        _text("bailiff", 160, "who enforces"),
        _day("enforcement_ended_on", "when it ended", required=False),
    ),
    key=("number",),
)
PLAN_PART = Record(
    "plan_part",
    "one of the instalments that the plan made",
    (_number("instalment", 1, 120, "number of the instalment of that receivable"),),
    key=("instalment",),
)
SPLIT_PART = Record(
    "answer_part",
    "what of the payment went where",
    (
        _ref("receivable", "receivable"),
        _INSTALMENT_REF,
        _amount("principal", "złoty"),
        _amount("interest", "złoty"),
        _amount("costs", "złoty"),
    ),
    key=(),
)

RECORDS: tuple[Record, ...] = (
    Record(
        "type",
        "a kind of receivable that the file uses, with the flags of its regime",
        (
            Field("code", "id", "code of the kind, as the portal has it"),
            _choice("regime", "which interest", "tax", "civil", "trade", "none"),
            _choice("rounding", "of interest", "zloty", "grosz"),
            _flag("threshold", "small interest is not charged"),
            _choice("allocation", "how a payment is credited", "proportional", "interest_first"),
            _flag("shift", "a date on a day off moves to the next working day"),
        ),
        key=("code",),
    ),
    Record(
        "party",
        "a person or an organisation",
        (
            _id(),
            _choice("kind", "", "person", "organisation"),
            _text("given_name", 100, "of a person", personal=True),
            _text("family_name", 100, "of a person; required for one", personal=True),
            _text("name", 250, "of an organisation; required for one", personal=True),
            _choice("scheme", "which number follows", "pesel", "nip", "regon", "krs", required=False),
            Field("identifier", "digits", "the number, digits only", required=False, personal=True),
            _text("street", 120, "address", personal=True),
            _text("building", 20, "address", personal=True),
            _text("flat", 20, "address", personal=True),
            Field("postal_code", "postcode", "00-000", required=False, personal=True),
            _text("city", 100, "address", personal=True),
        ),
    ),
    Record(
        "account",
        "kartoteka: a party's account for one kind of receivable and one object",
        (
            _id(),
            _ref("party", "party"),
            _ref("type", "type"),
            _text("number", 30, "number of the account", required=True),
            Field("virtual_account", "nrb", "individual account for payments, 26 digits"),
            _text("object", 200, "what is taxed or let", required=True),
            _text("object_address", 200, "where it is", personal=True),
            _text("parcel", 60, "parcel id"),
            _text("land_register", 20, "land register number", personal=True),
        ),
    ),
    Record(
        "decision",
        "a decision, order or contract",
        (
            _id(),
            _ref("account", "account"),
            _choice(
                "kind",
                "what it does",
                *(
                    "assessment",
                    "change",
                    "contract",
                    "remission",
                    "deferral",
                    "plan",
                    "overpayment",
                    "other",
                ),
            ),
            _text("number", 60, "as printed", required=True),
            _day("issued_on", "date of the decision"),
            _day("delivered_on", "when it was delivered", required=False),
            Field("payment_code", "code", "code printed on it for paying without signing in", required=False),
        ),
    ),
    Record(
        "receivable",
        "one year's tax, fee or rent",
        (
            _id(),
            _ref("account", "account"),
            _ref("decision", "decision", required=False),
            _number("year", 1990, 2199, "year it is for"),
            _text("title", 160, "in plain words", required=True),
            _amount("total", "the year's amount, złoty", positive=True),
            _amount("reduced", "sum of reduced of the instalments", required=False),
            _amount("paid", "sum of paid of the instalments"),
            _amount("balance", "total − reduced − paid"),
            _day("limitation_on", "when it becomes time-barred", required=False),
            _flag("payable_online", "false: not to be paid in the portal", required=False),
            _text("payment_title", 140, "title of a transfer"),
        ),
        children={"components": COMPONENT, "instalments": INSTALMENT},
    ),
    Record(
        "joint_party",
        "somebody liable jointly for an account, besides its own party, each for the whole",
        (_ref("account", "account"), _ref("party", "party"), _text("share", 30, "as written, e.g. 1/2")),
        key=("account", "party"),
    ),
    Record(
        "entry",
        "an entry of the ledger",
        (
            _id(),
            _ref("receivable", "receivable"),
            _INSTALMENT_REF,
            _ref("decision", "decision", required=False),
            _choice(
                "kind",
                "what it does",
                *("charge", "increase", "reduction", "remission", "write_off", "deferral", "plan", "cost"),
                *("payment", "allocation", "refund"),
            ),
            _day("booked_on", "day of the entry; of a payment the day that counts as paid"),
            _amount("amount", "principal + interest + costs"),
            _amount("principal", "of it; the whole unless a part is given", required=False),
            _amount("interest", "of it", required=False),
            _amount("costs", "of it", required=False),
            _flag("reversal", "true: it takes an earlier entry back", required=False),
            Field("portal_payment", "uuid", "our id of a payment made in the portal", required=False),
            _text("title", 160, "in plain words"),
        ),
    ),
    Record(
        "reminder",
        "a reminder about an instalment",
        (
            _id(),
            _ref("receivable", "receivable"),
            _number("instalment", 1, 120, "number of the instalment"),
            _text("number", 40, "of the reminder", required=True),
            _day("sent_on", ""),
            _day("delivered_on", "from that day its cost is owed", required=False),
            _amount("cost", "złoty", positive=True),
        ),
    ),
    Record(
        "plan",
        "instalments or a deferral granted by a decision",
        (
            _id(),
            _ref("decision", "decision"),
            _ref("receivable", "receivable"),
            _choice("kind", "", "plan", "deferral"),
            _choice("state", "", "in_force", "fulfilled", "expired"),
            _day("granted_on", ""),
            _amount("fee", "prolongation fee", required=False),
        ),
        children={"parts": PLAN_PART},
    ),
    Record(
        "overpayment",
        "paid more than was owed",
        (
            _id(),
            _ref("account", "account"),
            _choice("cause", "", "payment", "reduction", "rejected"),
            _day("arose_on", ""),
            _amount("amount", "złoty", positive=True),
            _amount("left", "not yet returned or credited"),
        ),
    ),
    Record(
        "payment_answer",
        "what became of a payment made in the portal",
        (
            Field("portal_payment", "uuid", "our id of the payment"),
            _choice("answer", "", "accepted", "rejected", "split"),
            _text("reason", 200, "required with rejected"),
        ),
        children={"parts": SPLIT_PART},
        key=("portal_payment",),
    ),
    Record(
        "tombstone",
        "a record that is no longer there (delta only: in a full file what is missing is gone)",
        (
            _choice(
                "of",
                "type of the record",
                *("receivable", "entry", "reminder", "overpayment"),
            ),
            _id("its id"),
        ),
        key=("of", "id"),
    ),
)


def parent_column(record: Record) -> str:
    """Name of the CSV column by which a row of a file names the record of another file that it belongs to."""
    return "portal_payment" if record.name == "payment_answer" else record.name


BY_NAME: dict[str, Record] = {record.name: record for record in RECORDS}
ORDER: dict[str, int] = {record.name: place for place, record in enumerate(RECORDS)}
CHILDREN: dict[str, tuple[str, Record]] = {
    child.name: (record.name, child) for record in RECORDS for child in record.children.values()
}
COUNTED: tuple[str, ...] = (*BY_NAME, *CHILDREN)
TOTALS: dict[str, str] = {
    "assessed": "sum of total of all receivables",
    "paid": "sum of their paid",
    "balance": "sum of their balance",
    "entries": "sum of amount of all entries",
    "overpaid": "sum of left of all overpayments",
}
REQUIRED_CHILDREN = frozenset({"instalments"})


def is_uuid(value: str) -> bool:
    """Tell whether a text is a UUID in its usual form."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
