"""What the bench measures on: more contracts, and a signed-in resident with arrears."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from eurzad.lib.personas import ANNA
from portal.people.models import Identity, User
from portal.people.services import attach_user, find_subject
from registers.declarations import CONTRACTS
from registers.models import Contract
from registers.services import entries_changed


def prepare(rows: int) -> str:
    """Bring the number of contracts up to `rows`; return the Cookie header of a signed-in resident."""
    missing = rows - Contract.objects.count()
    first = date(2020, 1, 1)
    Contract.objects.bulk_create(
        (
            Contract(
                number=f"BENCH/{number}",
                concluded_on=first + timedelta(days=number % 2400),
                subject_matter=f"Remont i utrzymanie drogi gminnej nr {number}, odcinek {number % 97}",
                kind=Contract.Kind.WORKS,
                value=Decimal(number % 500_000) + Decimal("0.99"),
                procedure=Contract.Procedure.BASIC,
                unit="Wydział Inwestycji",
                is_published=True,
            )
            for number in range(max(missing, 0))
        ),
        batch_size=2000,
    )
    if missing > 0:
        entries_changed(CONTRACTS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return _resident_cookie()


def _resident_cookie() -> str:
    identity = Identity.objects.get(subject=find_subject("pesel", ANNA.pesel))
    user, created = User.objects.get_or_create(username="bench-anna")
    if created:
        attach_user(identity=identity, user=user)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def count_queries(path: str, cookie: str, root: str) -> int:
    """Return how many SQL queries a page of the product or of the floor (settings module) takes, session included."""
    chosen = import_module(root)
    client = Client(headers={"cookie": cookie, "host": "127.0.0.1"})
    with override_settings(ROOT_URLCONF=chosen.ROOT_URLCONF, TEMPLATES=chosen.TEMPLATES):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
    return len(queries)
