"""The overview of an attorney with two hundred principals beside the same page of one with a single principal."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.ratio import side_by_side, verdict
from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BORYS
from portal.mandates.models import Mandate
from portal.mandates.services.granting import grant_mandate
from portal.people.models import Subject, User
from tests.support.people import make_resident
from tests.taxes.ledger import charge

AIM, MANY, TIMES = 1.2, 200, 20
PATHS = ("/konto/", "/konto/naleznosci/")


def run() -> None:
    """Two attorneys with the same dues; each page as oneself and in the name of a principal."""
    call_command("collectstatic", interactive=False, verbosity=0)
    few, many = _attorney(ANNA, 1), _attorney(BORYS, MANY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for is_acting in (False, True):
        for path in PATHS:
            clients = {"1": _client(few, is_acting), str(MANY): _client(many, is_acting)}
            counts = {name: _queries(client, path) for name, client in clients.items()}
            works: dict[str, Callable[[], object]] = {
                name: partial(client.get, path) for name, client in clients.items()
            }
            spent = side_by_side(works, TIMES)
            name = f"{path} {'acting' if is_acting else 'as oneself'}"
            print(
                f"{name:<32} 1: {spent['1']:6.2f} ms, {counts['1']} queries   {MANY}: {spent[str(MANY)]:6.2f} ms, "
                f"{counts[str(MANY)]} queries   ratio {verdict(spent[str(MANY)] / spent['1'], AIM)}"
            )


def _attorney(persona: object, principals: int) -> User:
    user = make_resident(persona)  # type: ignore[arg-type]
    charge(user, (date(2026, 5, 15), "100.00"), (date(2026, 9, 15), "100.00"))
    own = user.identity.subject
    assert own is not None
    firms = Subject.objects.bulk_create(
        Subject(kind="organisation", name=f"Firma {user.pk}-{number}") for number in range(principals)
    )
    for firm in firms:
        grant_mandate(
            principal=firm, attorney=own, areas=["taxes"], rights=["see", "pay"],
            valid_from=clock.today(), valid_to=clock.today() + timedelta(days=30),
        )  # fmt: skip
    charge(firms[0], (date(2026, 5, 15), "100.00"), (date(2026, 9, 15), "100.00"))
    return User.objects.get(pk=user.pk)


def _client(user: User, is_acting: bool) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    if is_acting:
        chosen = Mandate.objects.filter(attorney=user.identity.subject).order_by("pk").first()
        assert chosen is not None
        client.post("/konto/upowaznienia/dzialaj/", {"mandate": str(chosen.public_id)})
    return client


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        if client.get(path).status_code != 200:
            raise SystemExit(f"{path} did not answer")
    return len(queries)
