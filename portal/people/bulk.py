"""Taking in many subjects at once: from a temporary table, by a handful of statements whatever their number."""

from django.db import connection

from portal.people import identity_key

_COLUMNS = ("kind", "given_name", "family_name", "name", "street", "building", "flat", "postal_code", "city")


def take_in(table: str) -> int:
    """Make or refresh the subjects of a temporary table of ours; returns how many are new.

    It has the columns of a subject (NULL for empty), `scheme`, `fingerprint` and `encrypted` of at most one
    official number, and `subject_pk` and `public_id`, which this fills. A row whose number is known is that
    subject, else the one in its `subject_pk`, else a new one; the number is added to it. To be called in a
    transaction.
    """
    identity_key.hold()
    new_id = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    texts = ", ".join(f"COALESCE(t.{name}, '')" for name in _COLUMNS)
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    differs = " OR ".join(f"people_subject.{name} <> COALESCE(t.{name}, '')" for name in _COLUMNS)
    changes = ", ".join(f"{name} = COALESCE(t.{name}, '')" for name in _COLUMNS)
    statements = (
        f"""UPDATE {table} SET subject_pk = i.subject_id FROM people_subjectidentifier i
            WHERE i.scheme = {table}.scheme AND i.fingerprint = {table}.fingerprint""",
        f"UPDATE {table} SET public_id = {new_id} WHERE subject_pk IS NULL",
        f"""INSERT INTO people_subject (public_id, {names})
            SELECT t.public_id, {texts} FROM {table} t WHERE t.subject_pk IS NULL""",
        f"""UPDATE {table} SET subject_pk = s.id FROM people_subject s
            WHERE {table}.subject_pk IS NULL AND s.public_id = {table}.public_id""",
        f"""INSERT INTO people_subjectidentifier (subject_id, scheme, fingerprint, encrypted)
            SELECT t.subject_pk, t.scheme, t.fingerprint, t.encrypted FROM {table} t
            WHERE t.scheme IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM people_subjectidentifier i
                WHERE i.scheme = t.scheme AND i.fingerprint = t.fingerprint)""",
        f"""UPDATE people_subject SET {changes} FROM {table} t
            WHERE people_subject.id = t.subject_pk AND t.public_id IS NULL AND ({differs})""",
    )
    counts = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            counts.append(cursor.rowcount)
    return int(counts[2])
