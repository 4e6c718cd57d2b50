"""The demo town as a whole: each room loads its own part, in the order in which they need each other."""

from datetime import date, timedelta
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction

import portal.catalogue.demo
import portal.channels.demo
import portal.news.demo
import portal.people.demo
import registers.demo
import taxes.demo
from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BAKERY, BORYS, CLERKS, DAMIAN, IRENA, LUCYNA, MAREK
from portal.desk import roles
from portal.desk.roles import Role
from portal.mandates.models import Area, Right
from portal.mandates.services.granting import grant_mandate
from portal.people.models import DemoReset, Subject, User
from portal.people.services import find_subject

KEPT = ("django_migrations", "django_content_type", "auth_permission", "people_identitykeymark")
"""Tables that hold nothing of visitors and are not made by loading."""
SEEDS = (
    "taxes.migrations.0002_law_and_types",
    "taxes.migrations.0003_law_complete",
    "taxes.migrations.0006_ledger_filled",
    "portal.channels.migrations.0002_channels",
    "portal.desk.migrations.0002_templates",
)
"""Migrations that brought rows: what visitors changed in them is brought back."""
RESET_HOURS = (3, 4)
"""Hours of the night (Warsaw) in which the town is made anew."""


def _subject(scheme: str, value: str) -> Subject:
    subject = find_subject(scheme, value)
    if subject is None:
        raise LookupError(f"The demo town has no subject with this {scheme}.")
    return subject


def _load_roles() -> None:
    """Both clerks do everything a clerk does; the auditor and the administrator nothing else than their own."""
    given = {
        **{persona.key: roles.CLERKS for persona in CLERKS},
        LUCYNA.key: (Role.AUDITOR,),
        MAREK.key: (Role.ADMINISTRATOR,),
    }
    for member in User.objects.filter(username__in=given):
        roles.give(member, *given[member.username])


def _load_mandates(today: date) -> None:
    anna, borys, irena, damian = (_subject("pesel", who.pesel) for who in (ANNA, BORYS, IRENA, DAMIAN))
    year = timedelta(days=365)
    granted = date(today.year, 1, 1)
    grant_mandate(
        principal=anna, attorney=borys, areas=[Area.TAXES, Area.FEES, Area.PAYMENTS],
        rights=[Right.SEE, Right.PAY], valid_from=granted, valid_to=granted + 2 * year,
        basis="pełnomocnictwo złożone w urzędzie",
    )  # fmt: skip
    grant_mandate(
        principal=irena, attorney=borys, areas=[Area.TAXES], rights=[Right.SEE],
        valid_from=granted - 2 * year, valid_to=granted - year, basis="pełnomocnictwo złożone w urzędzie",
    )  # fmt: skip
    grant_mandate(
        principal=_subject("nip", BAKERY.nip), attorney=damian, areas=list(Area.values),
        rights=list(Right.values), valid_from=granted, valid_to=granted + 3 * year, basis="reprezentacja według KRS",
        is_statutory=True,
    )  # fmt: skip


def load(today: date) -> None:
    """Load the demo town as of `today`; a second call changes nothing."""
    taxes.demo.load(today)
    portal.people.demo.load()
    _load_roles()
    _load_mandates(today)
    registers.demo.load(today)
    portal.channels.demo.load()
    portal.catalogue.demo.load(today)
    portal.news.demo.load(today)


def reset() -> None:
    """Make the demo town anew: every row and every mail file goes, all sessions end. All or nothing.

    Raises LookupError outside the demo.
    """
    if not settings.DEMO_MODE:
        raise LookupError("Only the demo town is reset.")
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - set(KEPT))
    with transaction.atomic():
        for statement in connection.ops.sql_flush(no_style(), tables):
            with connection.cursor() as cursor:
                cursor.execute(statement)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        for seed in SEEDS:
            import_module(seed).load(apps, _Editor)
        load(clock.today())
        DemoReset.objects.create(reset_at=clock.now())
    cache.clear()
    for mail in settings.EMAIL_FILE_PATH.glob("*.log"):
        mail.unlink(missing_ok=True)


def reset_at_night() -> bool:
    """Reset the town if it is night and that was not done yet; tells whether it was."""
    now = clock.to_warsaw(clock.now())
    last = DemoReset.objects.first()
    done = last is not None and clock.to_warsaw(last.reset_at).date() == now.date()
    if not settings.DEMO_MODE or now.hour not in RESET_HOURS or done:
        return False
    reset()
    return True


class _Editor:
    """What the loading functions of migrations ask of a schema editor."""

    connection = connection
