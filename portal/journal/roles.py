"""Two roles of the database: the owner migrates, the weak one of web and worker can only add to the journal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections

from portal.journal.models import Head, Link, Record

GUARDED = tuple(model._meta.db_table for model in (Record, Link, Head))
_PARTS = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")

_WEAKNESSES = """
SELECT CASE
  WHEN r.rolsuper THEN 'it is a superuser'
  WHEN r.rolcreaterole THEN 'it may make roles'
  WHEN pg_has_role(r.oid, 'pg_execute_server_program', 'MEMBER')
    OR pg_has_role(r.oid, 'pg_write_server_files', 'MEMBER') THEN 'it may write on the server'
  WHEN EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
                 AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 'it owns tables'
  WHEN EXISTS (SELECT 1 FROM pg_namespace n
               WHERE n.nspname = current_schema() AND pg_has_role(r.oid, n.nspowner, 'MEMBER'))
    THEN 'it owns the schema'
  WHEN EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = current_schema() AND c.relname = ANY(%s)
                 AND (has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
                      OR has_any_column_privilege(r.oid, c.oid, 'UPDATE')))
    THEN 'it may change or remove records'
END FROM pg_roles r WHERE r.rolname = current_user
"""


class StrongRole(ImproperlyConfigured):
    """The role of DATABASE_URL could change the journal."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The role of DATABASE_URL could change the journal ({why}). Give the tables to the role of "
            "DATABASE_OWNER_URL and run: manage.py grant_roles (docs/operations.md)."
        )


class NoRoles(Exception):
    """Roles cannot be granted here; says why."""


def weakness() -> str:
    """Return by what the connected role could change the journal, or an empty text."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_WEAKNESSES, [list(GUARDED)])
        row = cursor.fetchone()
    return str(row[0] or "") if row else "unknown role"


def check_at_start() -> None:
    """Stop a live web, worker or beat whose role could change the journal; raises StrongRole.

    A database out of reach stops nothing (probes must be able to say so). Connections are closed: the process may fork.
    """
    if settings.DEMO_MODE or connection.vendor != "postgresql":
        return
    try:
        why = weakness()
    except OperationalError:
        return
    finally:
        _disconnect()
    if why:
        raise StrongRole(why)


@contextmanager
def as_owner() -> Iterator[bool]:
    """Let `default` be the owner's connection inside the block, where DATABASE_OWNER_URL says so.

    For commands that migrate, grant or remove, before they have begun; yields whether there is an owner.
    """
    owner = settings.DATABASE_OWNER
    if owner is None:
        yield False
        return
    parts: dict[str, Any] = connections["default"].settings_dict
    weak = {name: parts.get(name) for name in _PARTS}
    _disconnect()
    parts.update({name: owner.get(name, {} if name == "OPTIONS" else "") for name in _PARTS})
    try:
        yield True
    finally:
        _disconnect()
        parts.update(weak)


def grant(*, role: str, password: str = "") -> None:
    """Let `role` use the database as web and worker do; makes the role when it is missing.

    Runs as the owner. Raises NoRoles off PostgreSQL or when the role is the owner itself.
    """
    from psycopg import sql

    if connection.vendor != "postgresql":
        raise NoRoles("Role są tylko w PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role, role]
        )
        is_owner, exists = cursor.fetchone()
        if is_owner:
            raise NoRoles("DATABASE_URL i DATABASE_OWNER_URL wskazują tę samą rolę.")
        name = sql.Identifier(role)
        if not exists:
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD {}").format(
                    name, sql.Literal(password)
                )
            )
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = map(sql.Identifier, cursor.fetchone())
        empties = "GRANT TRUNCATE ON ALL TABLES IN SCHEMA {schema} TO {role}"
        for statement in (
            "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
            "REVOKE CREATE ON SCHEMA {schema} FROM {role}",
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "REVOKE TRUNCATE ON ALL TABLES IN SCHEMA {schema} FROM {role}",
            "REVOKE ALL ON {guarded} FROM PUBLIC, {role}",
            "GRANT SELECT, INSERT ON {guarded} TO {role}",
            # The demo town is made anew every night by its worker; its journal proves nothing to anybody.
            *([empties] if settings.DEMO_MODE else []),
        ):
            cursor.execute(
                sql.SQL(statement).format(  # type: ignore[arg-type]
                    schema=schema,
                    database=database,
                    role=name,
                    guarded=sql.SQL(", ").join(map(sql.Identifier, GUARDED)),
                )
            )


def _disconnect() -> None:
    connections["default"].close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper only
