"""Subjects with few and with many receivables, signed in."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from eurzad.lib import clock
from portal.people import services as people
from portal.people.models import Identity, Subject, User
from taxes import services
from taxes.models import Account, ReceivableType

PER_ACCOUNT = 50


@transaction.atomic
def owner_of(receivables: int) -> User:
    """Return a resident who owes so many receivables of one instalment each, half of them late; made once."""
    name = f"bench-{receivables}"
    user = User.objects.filter(username=name).first()
    if user:
        return user
    user = User.objects.create(username=name, first_name="Miara", last_name=f"Do {receivables}")
    subject = Subject.objects.create(kind="person", given_name="Miara", family_name=f"Do {receivables}")
    identity = people.get_or_create_identity(
        scheme="pesel", identifier=_pesel(receivables), given_name="Miara", family_name="Do", birth_date=None
    )
    people.attach_user(identity=identity, user=user)
    people.link_identity(identity=identity, subject=subject)
    _charge(subject, receivables)
    return User.objects.get(pk=user.pk)


def cookie_of(user: User) -> str:
    """Return the Cookie header of a signed-in user."""
    assert Identity.objects.filter(user=user).exists()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _charge(subject: Subject, receivables: int) -> None:
    type_ = ReceivableType.objects.get(code="property_tax")
    first = date(clock.today().year, 1, 2)
    account: Account | None = None
    for number in range(receivables):
        if number % PER_ACCOUNT == 0:
            serial = 900_000_000 + receivables * 1000 + number
            account = services.open_account(
                subject=subject, type_=type_, number=f"B/{serial}", payer_number=serial,
                object_description=f"działka nr {number}", object_address="Lipowa 7",
            )  # fmt: skip
        assert account is not None
        services.assess(
            account=account, year=first.year, title=f"Podatek od nieruchomości {first.year}", parts=[],
            instalments=[(first + timedelta(days=number % 360), Decimal("120.00") + number)],
            decision_number=f"FN.{number}",
        )  # fmt: skip


def _pesel(serial: int) -> str:
    """A PESEL of nobody: born in the 1800s."""
    digits = f"018101{serial:04d}"
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, (1, 3, 7, 9) * 3, strict=False))
    return f"{digits}{-weighted % 10}"
