"""Temporary tables that a file is written into first: by COPY on PostgreSQL, by many rows at once elsewhere."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from portal.people import pii

Values = dict[str, Any]
_CHUNK = 5000
_T, _I, _D, _N, _B = "text", "integer", "date", "numeric", "boolean"

TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "st_party": (
        ("id", _T), ("kind", _T), ("given_name", _T), ("family_name", _T), ("name", _T), ("scheme", _T),
        ("fingerprint", _T), ("encrypted", _T), ("street", _T), ("building", _T), ("flat", _T),
        ("postal_code", _T), ("city", _T), ("subject_pk", "bigint"), ("public_id", "uuid"),
    ),
    "st_account": (
        ("id", _T), ("party", _T), ("type", _T), ("number", _T), ("virtual_account", _T), ("object", _T),
        ("object_address", _T), ("parcel", _T), ("land_register", _T), ("line", _I),
    ),
    "st_decision": (
        ("id", _T), ("account", _T), ("kind", _T), ("number", _T), ("issued_on", _D), ("delivered_on", _D),
        ("payment_code", _T),
    ),
    "st_receivable": (
        ("n", _I), ("id", _T), ("account", _T), ("decision", _T), ("year", _I), ("title", _T), ("total", _N),
        ("limitation_on", _D), ("payable", _B), ("payment_title", _T), ("pk", "bigint"),
        ("account_pk", "bigint"), ("subject_pk", "bigint"),
    ),
    "st_component": (
        ("n", _I), ("position", _I), ("name", _T), ("base", _N), ("unit", _T), ("rate", _N), ("months", _I),
        ("amount", _N), ("source", _T),
    ),
    "st_instalment": (
        ("n", _I), ("number", _I), ("assessed", _N), ("amount", _N), ("due_on", _D), ("effective_due_on", _D),
        ("posted", _N), ("posted_on", _D), ("kind", _T), ("bears", _B), ("costs", _N), ("accrued_until", _D),
        ("carried", _N), ("source_interest", _N), ("source_interest_on", _D), ("enforced_on", _D),
        ("enforcement_title", _T), ("enforcement_body", _T), ("enforcement_ended_on", _D),
    ),
    "st_joint": (("account", _T), ("party", _T), ("share", _T)),
    "st_entry": (
        ("id", _T), ("receivable", _T), ("instalment", _I), ("decision", _T), ("kind", _T), ("booked_on", _D),
        ("principal", _N), ("interest", _N), ("costs", _N), ("reversal", _B), ("payment_id", "uuid"),
        ("note", _T),
    ),
    "st_reminder": (
        ("id", _T), ("receivable", _T), ("instalment", _I), ("number", _T), ("sent_on", _D),
        ("delivered_on", _D), ("cost", _N),
    ),
    "st_plan": (
        ("id", _T), ("decision", _T), ("receivable", _T), ("kind", _T), ("state", _T), ("granted_on", _D),
        ("fee", _N),
    ),
    "st_plan_part": (("plan", _T), ("receivable", _T), ("instalment", _I)),
    "st_overpayment": (
        ("id", _T), ("account", _T), ("cause", _T), ("arose_on", _D), ("amount", _N), ("left_over", _N),
    ),
    "st_tombstone": (("of", _T), ("id", _T)),
    # what the merge works out for itself
    "st_liable": (("account_id", "bigint"), ("subject_id", "bigint"), ("role", _T), ("share", _T)),
    "st_thing": (("account_id", "bigint"), ("kind", _T), ("identifier", _T)),
}  # fmt: skip
_SQLITE = {_N: "decimal", _B: "bool", "uuid": "char(32)", "bigint": "integer", _T: "varchar"}
_KEYS = (
    ("st_party", "id"), ("st_account", "id"), ("st_decision", "id"), ("st_receivable", "n"), ("st_receivable", "id"),
    ("st_receivable", "pk"), ("st_component", "n, position"), ("st_instalment", "n, number"), ("st_entry", "id"),
    ("st_reminder", "id"), ("st_overpayment", "id"), ("st_tombstone", "id"),
)  # fmt: skip


class Staging:
    """The temporary tables of one file, on this connection; `close` takes them away."""

    def __init__(self) -> None:
        self.is_postgres = connection.vendor == "postgresql"
        self.rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in TABLES}
        self.answers: list[tuple[int, Values]] = []
        self.receivables = 0

    def open(self) -> None:
        """Make the tables."""
        self.close()
        with connection.cursor() as cursor:
            for name, columns in TABLES.items():
                kinds = {} if self.is_postgres else _SQLITE
                told = ", ".join(f'"{column}" {kinds.get(kind, kind)}' for column, kind in columns)
                cursor.execute(f"CREATE TEMPORARY TABLE {name} ({told})")

    def close(self) -> None:
        """Drop the tables."""
        with connection.cursor() as cursor:
            for name in TABLES:
                schema = "pg_temp" if self.is_postgres else "temp"
                cursor.execute(f"DROP TABLE IF EXISTS {schema}.{name}")

    def add(self, kind: str, line: int, values: Values) -> None:
        """Take a good record."""
        _WRITERS[kind](self, line, values)
        if len(self.rows["st_instalment"]) >= 4 * _CHUNK or len(self.rows["st_entry"]) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory."""
        for name, rows in self.rows.items():
            if rows:
                self._write(name, rows)
                rows.clear()

    def finish(self) -> None:
        """Write the rest, and let the planner know how much it is."""
        self.flush()
        with connection.cursor() as cursor:
            for number, (name, columns) in enumerate(_KEYS):
                schema = "" if self.is_postgres else "temp."
                cursor.execute(f"CREATE INDEX {schema}st_key_{number} ON {name} ({columns})")
            if self.is_postgres:
                for name in TABLES:
                    cursor.execute(f"ANALYZE {name}")

    def _write(self, name: str, rows: list[tuple[str, ...]]) -> None:
        columns = [column for column, _kind in TABLES[name]][: len(rows[0])]
        told = ", ".join(f'"{column}"' for column in columns)
        with connection.cursor() as cursor:
            if self.is_postgres:
                text = "\n".join(map("\t".join, rows)).replace("\\", "\\\\") + "\n"
                with cursor.copy(f"COPY {name} ({told}) FROM STDIN (NULL '')") as copy:
                    copy.write(text)
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(
                    f"INSERT INTO {name} ({told}) VALUES ({marks})",
                    [tuple(value or None for value in row) for row in rows],
                )


def _party(staging: Staging, line: int, values: Values) -> None:
    get = values.get
    scheme, number = get("scheme", ""), get("identifier", "")
    staging.rows["st_party"].append(
        (
            values["id"], values["kind"], get("given_name", ""), get("family_name", ""), get("name", ""), scheme,
            pii.fingerprint(scheme, number) if scheme else "", pii.encrypt(number) if scheme else "",
            get("street", ""), get("building", ""), get("flat", ""), get("postal_code", ""), get("city", ""),
        )
    )  # fmt: skip
    if len(staging.rows["st_party"]) >= _CHUNK:
        staging.flush()


def _account(staging: Staging, line: int, values: Values) -> None:
    get = values.get
    staging.rows["st_account"].append(
        (
            values["id"], values["party"], values["type"], values["number"], values["virtual_account"],
            values["object"], get("object_address", ""), get("parcel", ""), get("land_register", ""), str(line),
        )
    )  # fmt: skip
    if len(staging.rows["st_account"]) >= _CHUNK:
        staging.flush()


def _decision(staging: Staging, line: int, values: Values) -> None:
    get = values.get
    staging.rows["st_decision"].append(
        (
            values["id"], values["account"], values["kind"], values["number"], values["issued_on"],
            get("delivered_on", ""), get("payment_code", ""),
        )
    )  # fmt: skip
    if len(staging.rows["st_decision"]) >= _CHUNK:
        staging.flush()


def _less(amount: str, reduced: str) -> str:
    left = int(amount.replace(".", "")) - int(reduced.replace(".", ""))
    return f"{left // 100}.{left % 100:02d}"


def _receivable(staging: Staging, line: int, values: Values) -> None:
    get = values.get
    staging.receivables += 1
    n = str(staging.receivables)
    staging.rows["st_receivable"].append(
        (
            n, values["id"], values["account"], get("decision", ""), str(values["year"]), values["title"],
            values["total"], get("limitation_on", ""), "1" if get("payable_online", True) else "0",
            get("payment_title", ""),
        )
    )  # fmt: skip
    write = staging.rows["st_component"].append
    for place, one in enumerate(get("components") or (), 1):
        unit = one["unit"]
        write(
            (
                n, str(place), one["name"], one["base"], "m²" if unit == "m2" else unit, one["rate"],
                str(one.get("months", 12)), one["amount"], one.get("source", ""),
            )
        )  # fmt: skip
    write = staging.rows["st_instalment"].append
    for one in values["instalments"]:
        amount = one["amount"]
        get = one.get
        write(
            (
                n, str(one["number"]), amount, _less(amount, one["reduced"]) if "reduced" in one else amount,
                one["due_on"], one["effective_due_on"], one["paid"], get("posted_on", ""),
                get("kind", "ordinary"), "1" if get("bears_interest", True) else "0", get("costs_paid", "0.00"),
                get("interest_settled_until", ""), get("interest_left", "0.00"), get("interest_due", ""),
                get("interest_on", ""), get("enforced_on", ""), get("enforcement_title", ""),
                get("bailiff", ""), get("enforcement_ended_on", ""),
            )
        )  # fmt: skip


def _joint(staging: Staging, line: int, values: Values) -> None:
    staging.rows["st_joint"].append((values["account"], values["party"], values.get("share", "")))


def _entry(staging: Staging, line: int, values: Values) -> None:
    get = values.get
    is_split = "principal" in values or "interest" in values or "costs" in values
    staging.rows["st_entry"].append(
        (
            values["id"], values["receivable"], str(get("instalment", "")), get("decision", ""), values["kind"],
            values["booked_on"], get("principal", "0.00") if is_split else values["amount"],
            get("interest", "0.00"), get("costs", "0.00"), "1" if get("reversal", False) else "0",
            get("portal_payment", "").replace("-", ""), get("title", ""),
        )
    )  # fmt: skip


def _reminder(staging: Staging, line: int, values: Values) -> None:
    staging.rows["st_reminder"].append(
        (
            values["id"], values["receivable"], str(values["instalment"]), values["number"], values["sent_on"],
            values.get("delivered_on", ""), values["cost"],
        )
    )  # fmt: skip


def _plan(staging: Staging, line: int, values: Values) -> None:
    staging.rows["st_plan"].append(
        (
            values["id"], values["decision"], values["receivable"], values["kind"], values["state"],
            values["granted_on"], values.get("fee", "0.00"),
        )
    )  # fmt: skip
    staging.rows["st_plan_part"] += [
        (values["id"], values["receivable"], str(one["instalment"])) for one in values["parts"]
    ]


def _overpayment(staging: Staging, line: int, values: Values) -> None:
    staging.rows["st_overpayment"].append(
        (
            values["id"],
            values["account"],
            values["cause"],
            values["arose_on"],
            values["amount"],
            values["left"],
        )
    )


def _answer(staging: Staging, line: int, values: Values) -> None:
    staging.answers.append((line, values))


def _tombstone(staging: Staging, line: int, values: Values) -> None:
    staging.rows["st_tombstone"].append((values["of"], values["id"]))


def _nothing(staging: Staging, line: int, values: Values) -> None:
    """Types are compared while checking; the portal keeps its own."""


_WRITERS: dict[str, Callable[[Staging, int, Values], None]] = {
    "type": _nothing,
    "party": _party,
    "account": _account,
    "decision": _decision,
    "receivable": _receivable,
    "joint_party": _joint,
    "entry": _entry,
    "reminder": _reminder,
    "plan": _plan,
    "overpayment": _overpayment,
    "payment_answer": _answer,
    "tombstone": _tombstone,
}
