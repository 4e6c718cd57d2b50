"""The demo town with people of every kind in it, and with every word of theirs replaced by one of their own.

What belongs to whom is found by walking the foreign keys (as the removal of a visitor's copy does), so that tables
added later are found too. The words are not in any public page; where one is seen, its owner is known.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.db.models import Model, Q

from eurzad import demo
from eurzad.lib import clock
from eurzad.lib.personas import ANNA, BAKERY, BORYS, CELINA, DAMIAN, GRAZYNA, IRENA, Persona
from payments.models import Payment, PaymentItem
from portal.access.models import AccessApplication, Attachment, DecisionDocument
from portal.mandates import policy
from portal.mandates.models import Area, Right
from portal.mandates.services.granting import grant_mandate
from portal.notices import feeds
from portal.notices.services import notify
from portal.people import removal, services, visitors
from portal.people.fields import EncryptedTextField, FingerprintField
from portal.people.models import ContactEmail, Identity, OpenSession, Subject, User
from taxes import statements

NAMES = {"given_name", "family_name", "first_name", "last_name", "name"}
"""Columns that who may act for somebody reads anyway: for whom."""
PEOPLE = {"people.Subject", "people.User", "people.Identity"}
KEPT = {
    "username", "password", "session_key", "topic", "url", "key", "basis", "redirect_url", "signing_url", "text_hash",
    "return_token_hash", "sha256", "object_kind", "payable_kind", "provider", "provider_order_id", "content_type",
    "mime",
}  # fmt: skip
"""Columns that are addresses, codes or marks."""
KEPT_MODELS = {"socialaccount.SocialAccount", "mfa.Authenticator", "outbox.Job", "channels.Receipt"}

PUBLIC_APPS = {"registers"}
"""What the town publishes of everybody by law."""


@dataclass
class Owner:
    """Whose data it is: rows by model, the words in them, and who else may read them."""

    key: str
    user: User | None
    rows: dict[type[Model], set[Any]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)


@dataclass
class Viewer:
    """Somebody who asks. `sees`: owners whose data is theirs to read; `knows`: whose name alone they may read."""

    key: str
    user: User | None
    sees: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()

    @property
    def is_staff(self) -> bool:
        """Whether the desk exists for them."""
        return self.user is not None and self.user.is_staff


@dataclass
class Town:
    """Everything the sweep knows."""

    owners: dict[str, Owner]
    viewers: dict[str, Viewer]


def build() -> Town:
    """Load the town, add what the demo has not, and mark every word."""
    today = clock.today()
    demo.load(today)
    users = {one.key: _resident(one) for one in (ANNA, BORYS, CELINA, DAMIAN, GRAZYNA, IRENA)}
    users["visitor"] = visitors.create_visitor()
    company = _subject("nip", BAKERY.nip)
    _mandate(
        users["anna"].identity.subject, _linked(users["grazyna"], GRAZYNA), [Area.REGISTERS], [Right.SEE]
    )
    for user in users.values():
        _belongings(user)
    _payment(users["damian"], company)
    _papers(AccessApplication.objects.get(identity__user=users["celina"]))
    for kind in statements.Statement.Kind.values:
        made = statements.order(viewer=policy.Viewer(users["anna"]), kind=kind, year=today.year)
        statements.make(made.public_id)
    calendars = {key: [feeds.make(user, has_details=True)] for key, user in users.items()}
    owners = {key: Owner(key, user, _rows_of(user), tokens=calendars[key]) for key, user in users.items()}
    owners["company"] = Owner("company", None, _rows_of_subject(company))
    _mark(owners)
    owners["celina"].words.add("zqpapierk")
    return Town(owners, _viewers(users))


def _viewers(users: dict[str, User]) -> dict[str, Viewer]:
    sees = {
        "anna": ("anna", {"borys", "grazyna"}), "borys": ("borys anna", {"irena"}), "celina": ("celina", set()),
        "damian": ("damian company", set()), "grazyna": ("grazyna", {"anna"}), "irena": ("irena", {"borys"}),
        "visitor": ("visitor", set()),
    }  # fmt: skip
    found = {
        key: Viewer(key, users[key], frozenset(own.split()), frozenset(known))
        for key, (own, known) in sees.items()
    }
    found["anonymous"] = Viewer("anonymous", None)
    found["nobody of the staff"] = Viewer("nobody of the staff", _staff("bez-praw"))
    for group in Group.objects.order_by("pk"):
        user = _staff(f"grupa-{group.pk}")
        user.groups.add(group)
        found[f"staff: {group.name}"] = Viewer(f"staff: {group.name}", user)
    found["superuser"] = Viewer("superuser", _staff("wszystko", is_superuser=True))
    return found


def _staff(name: str, *, is_superuser: bool = False) -> User:
    return User.objects.create(username=name, kind="staff", is_staff=True, is_superuser=is_superuser)


def _subject(scheme: str, value: str) -> Subject:
    found = services.find_subject(scheme, value)
    assert found is not None
    return found


def _resident(persona: Persona) -> User:
    identity = services.sign_in_identity(
        scheme="pesel", identifier=persona.pesel, given_name=persona.given_name, family_name=persona.family_name,
        birth_date=persona.birth_date,
    )  # fmt: skip
    return User.objects.get(identity=identity)


def _linked(user: User, persona: Persona) -> Subject:
    identity = Identity.objects.get(user=user)
    if identity.subject is None:
        services.link_identity(identity=identity, subject=_subject("pesel", persona.pesel))
        identity.refresh_from_db()
    user.refresh_from_db()
    assert identity.subject is not None
    return identity.subject


def _mandate(principal: Subject, attorney: Subject, areas: list[str], rights: list[str]) -> None:
    today = clock.today()
    grant_mandate(
        principal=principal, attorney=attorney, areas=areas, rights=rights, valid_from=today,
        valid_to=today + timedelta(days=100),
    )  # fmt: skip


def _belongings(user: User) -> None:
    """One of everything that the demo's loading gives to nobody."""
    now = clock.now()
    notify(user=user, topic="t", text="Wiadomość", url="/konto/")
    OpenSession.objects.create(
        user=user, session_key=uuid4().hex, device="Telefon", opened_at=now, seen_at=now
    )
    ContactEmail.objects.create(
        user=user,
        email=f"k{user.pk}@example.test",
        confirmed_at=now,
        pending=f"n{user.pk}@example.test",
        asked_at=now,
    )
    subject = Identity.objects.get(user=user).subject
    if subject is not None:
        _payment(user, subject)


def _papers(application: AccessApplication) -> None:
    """An attached file and the decision of an application; what they hold is a word of their own."""
    content, now = b"%PDF-1.4 Zqpapierk", clock.now()
    sha256 = hashlib.sha256(content).hexdigest()
    Attachment.objects.create(
        application=application, purpose="other", name="dowod.pdf", mime="application/pdf", content=content,
        size=len(content), sha256=sha256, added_at=now,
    )  # fmt: skip
    DecisionDocument.objects.create(application=application, content=content, sha256=sha256, made_at=now)


def _payment(user: User, subject: Subject) -> None:
    now = clock.now()
    amount = Decimal("7000.01") + subject.pk
    payment = Payment.objects.create(
        reference=f"PL-{uuid4().hex[:12]}", created_by=user, payer=subject, on_behalf=subject, payer_name="Płacący",
        on_behalf_name="W czyim imieniu", provider="payu", status="paid", amount=amount, ext_order_id=uuid4().hex,
        idempotency_key=uuid4(), ordered_at=now, authorised_at=now, created_at=now, reserved_until=now,
        next_check_at=now,
    )  # fmt: skip
    PaymentItem.objects.create(
        payment=payment, payable_kind="tests.debt", object_id=uuid4(), subject=subject, area="taxes", title="Za co",
        principal=amount, interest=Decimal(0), costs=Decimal(0), amount=amount,
    )  # fmt: skip


def _rows_of(user: User) -> dict[type[Model], set[Any]]:
    hanging = removal.Hanging(user)
    hanging.since = clock.now() - timedelta(days=400)
    hanging.add(Identity, Identity.objects.filter(user=user).values_list("pk", flat=True))
    for finder in removal._finders:
        for rows in finder(hanging):
            hanging.add(rows.model, rows.values_list("pk", flat=True))
    return hanging.rows


def _rows_of_subject(subject: Subject) -> dict[type[Model], set[Any]]:
    hanging = removal.Hanging.__new__(removal.Hanging)
    hanging.rows, hanging.since = {}, clock.now()
    hanging.add(Subject, [subject.pk])
    return hanging.rows


def _mark(owners: dict[str, Owner]) -> None:
    """Replace every word of every row by one of its own, known as a word of all its owners."""
    numbers = count(1)
    belongs: dict[tuple[type[Model], Any], list[Owner]] = {}
    for owner in owners.values():
        for model, keys in owner.rows.items():
            for key in keys:
                belongs.setdefault((model, key), []).append(owner)
    for (model, pk), whose in belongs.items():
        if model._meta.label in KEPT_MODELS or model._meta.app_label in PUBLIC_APPS:
            continue
        for column in _columns(model):
            rows = model._base_manager.filter(pk=pk).exclude(
                Q(**{column.name: ""}) | Q(**{column.name: None})
            )
            word = f"Zq{next(numbers):05d}k"
            value = f"{word.lower()}@example.test" if isinstance(column, models.EmailField) else word
            try:
                with transaction.atomic():
                    changed = rows.update(**{column.name: value})
            except IntegrityError:
                continue
            for owner in whose if changed else ():
                is_name = column.name in NAMES and model._meta.label in PEOPLE
                (owner.names if is_name else owner.words).add(word.lower())


def _columns(model: type[Model]) -> list[Any]:
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not isinstance(one, EncryptedTextField | FingerprintField)
        and not one.choices
        and not one.unique
        and one.name not in KEPT
        and not (model._meta.label == "mandates.Mandate" and one.name == "text")
        and (one.max_length is None or one.max_length >= 20)
    ]


def model_called(label: str) -> type[Model] | None:
    """The model of `app_model` in lower case, as the admin names its addresses."""
    return next((one for one in apps.get_models() if one._meta.label_lower.replace(".", "_") == label), None)
