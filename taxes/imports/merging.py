"""From the temporary tables into the ledger, set by set: what differs is updated, what is missing inserted.

Nothing that a payment may hang on is ever deleted: an instalment that is no longer in the books is closed, so that
nothing is left to pay on it. Runs in the import's transaction, which has the domain system for itself.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from portal.people import bulk

CLOSED = gettext_noop("Należności nie ma już w księdze urzędu.")
OFFLINE = gettext_noop(
    "Tej należności nie można zapłacić przez internet. Zapłać przelewem lub w kasie urzędu."
)


@dataclass(slots=True)
class Merged:
    """How many rows of each table were added, changed and taken away."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, dict[str, int]]:
        """As it is stored, without zeros."""
        return {
            name: {table: count for table, count in counts.items() if count}
            for name, counts in (("added", self.added), ("changed", self.changed), ("closed", self.closed))
        }


@dataclass(frozen=True, slots=True)
class _Set:
    """One table of the ledger and where its rows come from.

    `rows` is a query with `key` columns and the table's columns; `%(source)s` is the domain system. `fresh`
    are columns only an insert writes, `shown` those an update sets but does not compare.
    """

    table: str
    rows: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    fresh: tuple[tuple[str, str], ...] = ()
    shown: tuple[str, ...] = ()


_KNOWN_AS = re.compile("@([a-z_]+)@ ")
_SAME = r"\1.source_id = %(source)s AND \1.external_id <> '' AND \1.external_id = "
"""`@a@ x`: row `a` is the one that the domain system knows as `x`; written so that the partial index serves."""
_UUID = ("public_id", "NEW_UUID")
_SOURCE = ("source_id", "%(source)s")
_BY_ID = ("external_id",)

_OF_ACCOUNT = "JOIN taxes_account a ON @a@ s.account"
_OF_RECEIVABLE = "JOIN taxes_receivable r ON @r@ s.receivable"
_OF_DECISION = "taxes_decision d ON @d@ s.decision"
_OF_PARTY = "JOIN taxes_ledgerparty p ON @p@ s.party"

ACCOUNTS = _Set(
    "taxes_account",
    f"""SELECT s.id AS external_id, p.subject_id, t.id AS type_id, s.number, s.virtual_account,
            s.object AS object_description, COALESCE(s.object_address, '') AS object_address,
            CAST(NULL AS date) AS closed_on
        FROM st_account s {_OF_PARTY} JOIN taxes_receivabletype t ON t.code = s.type""",
    _BY_ID,
    (
        "subject_id",
        "type_id",
        "number",
        "virtual_account",
        "object_description",
        "object_address",
        "closed_on",
    ),
    (_UUID, _SOURCE),
)
DECISIONS = _Set(
    "taxes_decision",
    f"""SELECT s.id AS external_id, a.id AS account_id, s.kind, s.number, s.issued_on AS decided_on,
            s.delivered_on, COALESCE(s.payment_code, '') AS payment_code
        FROM st_decision s {_OF_ACCOUNT}""",
    _BY_ID,
    ("account_id", "kind", "number", "decided_on", "delivered_on", "payment_code"),
    (_UUID, _SOURCE, ("document_reference", "''")),
)
RECEIVABLES = _Set(
    "taxes_receivable",
    f"""SELECT s.id AS external_id, a.id AS account_id, s.year, s.title, s.total,
            COALESCE(s.payment_title, '') AS payment_title, COALESCE(d.number, '') AS decision_number,
            d.decided_on AS decision_on, d.delivered_on, CAST(NULL AS date) AS closed_on
        FROM st_receivable s {_OF_ACCOUNT} LEFT JOIN {_OF_DECISION}""",
    _BY_ID,
    (
        *("account_id", "year", "title", "total", "payment_title"),
        *("decision_number", "decision_on", "delivered_on", "closed_on"),
    ),
    (_UUID, _SOURCE),
)
COMPONENTS = _Set(
    "taxes_component",
    """SELECT r.pk AS receivable_id, s.position, s.name, s.base, s.unit, s.rate, s.months, s.amount,
            COALESCE(s.source, '') AS source
        FROM st_component s JOIN st_receivable r ON r.n = s.n""",
    ("receivable_id", "position"),
    ("name", "base", "unit", "rate", "months", "amount", "source"),
    (("source_url", "''"),),
)
INSTALMENTS = _Set(
    "taxes_instalment",
    """SELECT r.pk AS receivable_id, s.number, r.account_pk AS account_id, r.subject_pk AS subject_id, s.kind,
            s.bears AS bears_interest, s.amount, s.assessed AS assessed_amount, s.due_on, s.effective_due_on,
            r.limitation_on, CASE WHEN r.payable THEN '' ELSE %(offline)s END AS blocked_reason, s.enforced_on,
            COALESCE(s.enforcement_title, '') AS enforcement_title,
            COALESCE(s.enforcement_body, '') AS enforcement_body, s.enforcement_ended_on,
            s.posted AS principal_posted, s.costs AS costs_posted, s.accrued_until AS posted_accrued_until,
            s.carried AS posted_carried, s.posted_on, s.source_interest, s.source_interest_on,
            CASE WHEN s.posted = s.amount THEN 'settled'
                WHEN s.enforced_on IS NOT NULL AND s.enforcement_ended_on IS NULL THEN 'enforcement'
                ELSE 'open' END AS status,
            s.posted AS principal_paid, s.costs AS costs_paid, s.accrued_until AS interest_accrued_until,
            s.carried AS interest_carried,
            CASE WHEN s.posted = s.amount THEN COALESCE(s.posted_on, s.effective_due_on) END AS settled_on
        FROM st_instalment s JOIN st_receivable r ON r.n = s.n""",
    ("receivable_id", "number"),
    (
        *("account_id", "subject_id", "kind", "bears_interest", "amount", "assessed_amount", "due_on"),
        *("effective_due_on", "limitation_on", "blocked_reason", "enforced_on", "enforcement_title"),
        *("enforcement_body", "enforcement_ended_on", "principal_posted", "costs_posted"),
        *("posted_accrued_until", "posted_carried", "posted_on", "source_interest", "source_interest_on"),
    ),
    (_UUID, _SOURCE, ("external_id", "''")),
    ("status", "principal_paid", "costs_paid", "interest_accrued_until", "interest_carried", "settled_on"),
)
ENTRIES = _Set(
    "taxes_ledgerentry",
    f"""SELECT s.id AS external_id, r.id AS receivable_id, i.id AS instalment_id, d.id AS decision_id, s.kind,
            s.booked_on AS "on", s.principal, s.interest, s.costs, s.reversal AS is_reversal, s.payment_id,
            COALESCE(s.note, '') AS note
        FROM st_entry s {_OF_RECEIVABLE}
        LEFT JOIN taxes_instalment i ON i.receivable_id = r.id AND i.number = s.instalment
        LEFT JOIN {_OF_DECISION}""",
    _BY_ID,
    (
        *("receivable_id", "instalment_id", "decision_id", "kind", "on", "principal", "interest", "costs"),
        *("is_reversal", "payment_id", "note"),
    ),
    (_SOURCE, ("recorded_at", "%(now)s")),
)
REMINDERS = _Set(
    "taxes_remindercost",
    f"""SELECT s.id AS external_id, i.id AS instalment_id, s.number, s.sent_on, s.delivered_on, s.cost AS amount
        FROM st_reminder s {_OF_RECEIVABLE}
        JOIN taxes_instalment i ON i.receivable_id = r.id AND i.number = s.instalment""",
    _BY_ID,
    ("instalment_id", "number", "sent_on", "delivered_on", "amount"),
    (_SOURCE,),
)
PLANS = _Set(
    "taxes_arrangement",
    f"""SELECT s.id AS external_id, r.id AS receivable_id, d.id AS decision_id, s.kind, s.state, s.granted_on,
            s.fee AS prolongation_fee
        FROM st_plan s {_OF_RECEIVABLE} JOIN {_OF_DECISION}""",
    _BY_ID,
    ("receivable_id", "decision_id", "kind", "state", "granted_on", "prolongation_fee"),
    (_SOURCE,),
)
OVERPAYMENTS = _Set(
    "taxes_overpayment",
    f"""SELECT s.id AS external_id, a.id AS account_id, s.cause, s.arose_on, s.amount, s.left_over AS "left"
        FROM st_overpayment s {_OF_ACCOUNT}""",
    _BY_ID,
    ("account_id", "cause", "arose_on", "amount", "left"),
    (_UUID, _SOURCE),
)
_LIABLE = f"""
    INSERT INTO st_liable (account_id, subject_id, role, share)
    SELECT a.id, a.subject_id, 'main', ''
    FROM st_account s JOIN taxes_account a
        ON @a@ s.id
    UNION ALL
    SELECT a.id, p.subject_id, 'co_owner', MAX(COALESCE(s.share, ''))
    FROM st_joint s {_OF_ACCOUNT} {_OF_PARTY} WHERE p.subject_id <> a.subject_id GROUP BY a.id, p.subject_id
"""
PARTIES = _Set(
    "taxes_accountparty",
    "SELECT account_id, subject_id, role, share FROM st_liable",
    ("account_id", "subject_id"),
    ("role", "share"),
    (_SOURCE, ("external_id", "''")),
)
_THINGS = """
    INSERT INTO st_thing (account_id, kind, identifier)
    SELECT a.id, 'parcel', s.parcel FROM st_account s
    JOIN taxes_account a ON @a@ s.id
    WHERE s.parcel IS NOT NULL
    UNION ALL
    SELECT a.id, 'land_register', s.land_register FROM st_account s
    JOIN taxes_account a ON @a@ s.id
    WHERE s.land_register IS NOT NULL
"""
OBJECTS = _Set(
    "taxes_accountobject",
    "SELECT account_id, kind, identifier FROM st_thing",
    ("account_id", "kind", "identifier"),
    (),
    (_SOURCE, ("external_id", "''"), ("description", "''")),
)
_NAMED = """SELECT a.id FROM st_account s JOIN taxes_account a
    ON @a@ s.id"""


class Merge:
    """One merge: the domain system's key and whether what the file does not name is gone."""

    def __init__(self, source: int, *, is_full: bool, now: Any, today: date) -> None:
        self.source, self.is_full = source, is_full
        self.params: dict[str, Any] = {
            "source": source,
            "now": now,
            "today": today,
            "offline": OFFLINE,
            "closed": CLOSED,
        }
        self.is_postgres = connection.vendor == "postgresql"
        self.done = Merged()

    def run(self) -> Merged:
        """Do it; returns what it came to."""
        if self.is_postgres and self.is_full:
            # Every table is read whole anyway, and tables that have just grown have no statistics yet.
            self._do("SET LOCAL enable_nestloop = off")
        self._parties_to_subjects()
        self._set(ACCOUNTS)
        self._do(
            """UPDATE taxes_instalment SET subject_id = a.subject_id FROM taxes_account a
            JOIN st_account s ON s.id = a.external_id
            WHERE a.source_id = %(source)s AND taxes_instalment.account_id = a.id
                AND taxes_instalment.subject_id <> a.subject_id"""
        )
        self._drop_parties()
        self._set(PARTIES)
        self._drop_objects()
        self._set(OBJECTS)
        self._set(DECISIONS)
        self._set(RECEIVABLES)
        self._do(
            """UPDATE st_receivable SET pk = r.id, account_pk = r.account_id, subject_pk = a.subject_id
            FROM taxes_receivable r JOIN taxes_account a ON a.id = r.account_id
            WHERE @r@ st_receivable.id"""
        )
        if self.is_postgres:
            self._do("ANALYZE st_receivable")
        self._do(
            """UPDATE taxes_decision SET receivable_id = x.pk FROM (
                SELECT decision, MIN(pk) AS pk FROM st_receivable WHERE decision IS NOT NULL GROUP BY decision) x
            WHERE @taxes_decision@ x.decision
                AND taxes_decision.receivable_id IS DISTINCT FROM x.pk"""
        )
        self._set(COMPONENTS)
        self._do(
            """DELETE FROM taxes_component WHERE receivable_id IN (SELECT pk FROM st_receivable)
            AND NOT EXISTS (SELECT 1 FROM st_receivable r JOIN st_component s ON s.n = r.n
                WHERE r.pk = taxes_component.receivable_id AND s.position = taxes_component.position)"""
        )
        self._set(INSTALMENTS)
        self._set(REMINDERS)
        self._plans()
        self._set(OVERPAYMENTS)
        self._set(ENTRIES)
        self._close()
        if self.is_postgres:
            self._do("SET LOCAL enable_nestloop = on")
        return self.done

    def _do(self, statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN_AS.sub(_SAME, statement), self.params)
            return int(cursor.rowcount)

    def _set(self, one: _Set) -> None:
        rows = one.rows
        matches = " AND ".join(f't."{name}" = x."{name}"' for name in one.key)
        of_source = f" AND t.source_id = {_SOURCE[1]} AND t.external_id <> ''" if one.key == _BY_ID else ""
        if one.columns:
            differs = " OR ".join(f't."{name}" IS DISTINCT FROM x."{name}"' for name in one.columns)
            sets = ", ".join(f'"{name}" = x."{name}"' for name in (*one.columns, *one.shown))
            self.done.changed[one.table] = self._do(
                f"UPDATE {one.table} AS t SET {sets} FROM ({rows}) x WHERE {matches}{of_source} AND ({differs})"
            )
        values = [f'x."{name}"' for name in (*one.key, *one.columns, *one.shown)]
        values += [value.replace("NEW_UUID", self._new_uuid()) for _name, value in one.fresh]
        names = (*one.key, *one.columns, *one.shown, *(name for name, _value in one.fresh))
        told = ", ".join(f'"{name}"' for name in names)
        self.done.added[one.table] = self._do(
            f"""INSERT INTO {one.table} ({told}) SELECT {", ".join(values)} FROM ({rows}) x
            WHERE NOT EXISTS (SELECT 1 FROM {one.table} t WHERE {matches}{of_source})"""
        )

    def _new_uuid(self) -> str:
        return "gen_random_uuid()" if self.is_postgres else "lower(hex(randomblob(16)))"

    def _parties_to_subjects(self) -> None:
        """Known by number first, then by the source's id unless that subject has another number of the kind."""
        self._do(
            """UPDATE st_party SET subject_pk = p.subject_id FROM taxes_ledgerparty p
            WHERE @p@ st_party.id AND (
                st_party.scheme IS NULL OR NOT EXISTS (SELECT 1 FROM people_subjectidentifier i
                    WHERE i.subject_id = p.subject_id AND i.scheme = st_party.scheme
                        AND i.fingerprint <> st_party.fingerprint))"""
        )
        self.done.added["people_subject"] = bulk.take_in("st_party")
        self._do(
            """UPDATE taxes_ledgerparty SET subject_id = s.subject_pk FROM st_party s
            WHERE @taxes_ledgerparty@ s.id
                AND taxes_ledgerparty.subject_id <> s.subject_pk"""
        )
        self._do(
            """INSERT INTO taxes_ledgerparty (source_id, external_id, subject_id)
            SELECT %(source)s, s.id, s.subject_pk FROM st_party s WHERE NOT EXISTS (
                SELECT 1 FROM taxes_ledgerparty p WHERE @p@ s.id)"""
        )

    def _drop_parties(self) -> None:
        """Of the accounts in the file only those are liable whom it names; a new main party needs the place free."""
        self._work_out("st_liable", _LIABLE, "account_id, subject_id")
        self.done.closed["taxes_accountparty"] = self._do(
            f"""DELETE FROM taxes_accountparty WHERE source_id = %(source)s AND account_id IN ({_NAMED})
            AND NOT EXISTS (SELECT 1 FROM st_liable x WHERE x.account_id = taxes_accountparty.account_id
                AND x.subject_id = taxes_accountparty.subject_id AND x.role = taxes_accountparty.role)"""
        )

    def _drop_objects(self) -> None:
        self._work_out("st_thing", _THINGS, "account_id")
        self._do(
            f"""DELETE FROM taxes_accountobject WHERE source_id = %(source)s AND account_id IN ({_NAMED})
            AND NOT EXISTS (SELECT 1 FROM st_thing x WHERE x.account_id = taxes_accountobject.account_id
                AND x.kind = taxes_accountobject.kind AND x.identifier = taxes_accountobject.identifier)"""
        )

    def _work_out(self, table: str, statement: str, key: str) -> None:
        self._do(statement)
        self._do(f"CREATE INDEX {'' if self.is_postgres else 'temp.'}{table}_key ON {table} ({key})")
        if self.is_postgres:
            self._do(f"ANALYZE {table}")

    def _plans(self) -> None:
        self._set(PLANS)
        self._do(
            """UPDATE taxes_instalment SET arrangement_id = x.pk FROM (
                SELECT i.id, g.id AS pk FROM st_plan_part s
                JOIN taxes_receivable r ON @r@ s.receivable
                JOIN taxes_instalment i ON i.receivable_id = r.id AND i.number = s.instalment
                JOIN taxes_arrangement g ON @g@ s.plan) x
            WHERE taxes_instalment.id = x.id AND taxes_instalment.arrangement_id IS DISTINCT FROM x.pk"""
        )

    def _close(self) -> None:
        """What is gone: in a full file what it does not name, in a delta what has a tombstone."""
        for kind, table, extra in (
            ("entry", "taxes_ledgerentry", ""),
            ("reminder", "taxes_remindercost", ""),
            ("overpayment", "taxes_overpayment", " AND payment_id IS NULL"),
        ):
            self.done.closed[table] = self._do(
                f"DELETE FROM {table} WHERE source_id = %(source)s AND external_id <> ''{extra} AND {self._gone(kind)}"
            )
        for kind, table in (("receivable", "taxes_receivable"), ("account", "taxes_account")):
            if kind == "receivable" or self.is_full:
                self.done.closed[table] = self._do(
                    f"""UPDATE {table} SET closed_on = %(today)s
                    WHERE source_id = %(source)s AND closed_on IS NULL AND {self._gone(kind)}"""
                )
        whole = f"""SELECT i.id FROM taxes_instalment i JOIN taxes_receivable r ON r.id = i.receivable_id
            WHERE r.source_id = %(source)s AND {self._gone("receivable", "r.")}"""
        single = """SELECT i.id FROM taxes_instalment i JOIN st_receivable r ON r.pk = i.receivable_id
            WHERE NOT EXISTS (SELECT 1 FROM st_instalment s WHERE s.n = r.n AND s.number = i.number)"""
        self.done.closed["taxes_instalment"] = self._do(
            f"""UPDATE taxes_instalment SET amount = principal_posted, principal_paid = principal_posted,
                status = 'settled', settled_on = COALESCE(posted_on, effective_due_on),
                blocked_reason = %(closed)s
            WHERE id IN ({whole} UNION {single})
                AND (amount <> principal_posted OR blocked_reason <> %(closed)s)"""
        )

    def _gone(self, kind: str, prefix: str = "") -> str:
        if self.is_full:
            return f"NOT EXISTS (SELECT 1 FROM st_{kind} s WHERE s.id = {prefix}external_id)"
        return f"EXISTS (SELECT 1 FROM st_tombstone s WHERE s.of = '{kind}' AND s.id = {prefix}external_id)"


def refresh_statistics() -> None:
    """Let the planner know how large the tables are now, where the role may; nothing is lost where it may not."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for one in (ACCOUNTS, PARTIES, DECISIONS, RECEIVABLES, COMPONENTS, INSTALMENTS, ENTRIES):
                cursor.execute(f"ANALYZE {one.table}")


def totals_of(source: int) -> dict[str, str | int]:
    """What the book of a domain system comes to: receivables, accounts, what is still owed by it, in złoty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(amount - principal_posted), 0) FROM taxes_instalment WHERE source_id = %s",
            [source],
        )
        balance = cursor.fetchone()[0]
        cursor.execute(
            "SELECT COUNT(*) FROM taxes_receivable WHERE source_id = %s AND closed_on IS NULL", [source]
        )
        receivables = cursor.fetchone()[0]
        cursor.execute(
            "SELECT COUNT(*) FROM taxes_account WHERE source_id = %s AND closed_on IS NULL", [source]
        )
        accounts = cursor.fetchone()[0]
    return {
        "receivables": receivables,
        "accounts": accounts,
        "balance": str(Decimal(str(balance)).quantize(Decimal("0.01"))),
    }


def taken_numbers(source: int) -> list[tuple[int, str]]:
    """Accounts of the file whose number or virtual account another one has here: line and number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.line, CASE WHEN a.number = s.number THEN s.number ELSE s.virtual_account END
            FROM st_account s JOIN taxes_account a ON a.number = s.number
            WHERE a.external_id <> s.id OR a.source_id IS DISTINCT FROM %(source)s
            UNION
            SELECT s.line, s.virtual_account
            FROM st_account s JOIN taxes_account a ON a.virtual_account = s.virtual_account
            WHERE a.external_id <> s.id OR a.source_id IS DISTINCT FROM %(source)s
            ORDER BY 1 LIMIT 200""",
            {"source": source},
        )
        return [(line, number) for line, number in cursor.fetchall()]
