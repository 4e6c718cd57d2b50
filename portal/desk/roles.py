"""The roles of the staff: groups whose rights are the software's. A right of a town's own goes into an own group."""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from portal.people.models import User


class Role(TextChoices):
    """A role; its value is the name of the group."""

    ACCESS = "Urzędnik ds. dostępu", _("urzędnik ds. dostępu")
    TAXES = "Urzędnik ds. podatków", _("urzędnik ds. podatków")
    REGISTERS = "Urzędnik ds. rejestrów", _("urzędnik ds. rejestrów")
    LETTERS = "Urzędnik ds. pism", _("urzędnik ds. pism")
    AUDITOR = "Audytor", _("audytor")
    ADMINISTRATOR = "Administrator", _("administrator")


CLERKS = (Role.ACCESS, Role.TAXES, Role.REGISTERS, Role.LETTERS)

LAW = ("interestrate", "datedamount", "receivabletype", "ratereview")
"""Tables of the law: the administrator keeps them, clerks of taxes read them."""

LEDGER_WORK = ("change_paymentreceived", "change_ledgerimport")
"""What is done to the book at the desk: a rejected payment, a file let in; no row is edited."""
KEYS = Q(content_type__app_label="taxes", content_type__model="ledgerkey")
"""Keys of the systems that send the book: who lets files in does not choose whose they are."""

GRANTS: dict[Role, tuple[Q, ...]] = {
    Role.ACCESS: (
        Q(content_type__app_label="access", codename__startswith="view_"),
        Q(content_type__app_label="access", codename="decide_accessapplication"),
        Q(content_type__app_label="mandates") & ~Q(codename__startswith="delete_"),
        Q(content_type__app_label="channels", codename="view_receipt"),
    ),
    Role.TAXES: (
        Q(content_type__app_label="taxes", codename__startswith="view_") & ~KEYS,
        Q(content_type__app_label="taxes", codename__in=LEDGER_WORK),
        Q(content_type__app_label="payments", codename__startswith="view_"),
    ),
    Role.REGISTERS: (
        Q(content_type__app_label="registers"),
        Q(content_type__app_label__in=("catalogue", "news")),
    ),
    Role.LETTERS: (
        Q(content_type__app_label="inbox"),
        Q(content_type__app_label="channels", codename__startswith="view_"),
    ),
    Role.AUDITOR: (Q(content_type__app_label="journal", codename__startswith="view_"),),
    Role.ADMINISTRATOR: (
        Q(content_type__app_label="channels", codename__in=("view_channel", "change_channel")),
        Q(content_type__app_label="taxes", content_type__model__in=LAW),
        KEYS,
        Q(content_type__app_label__in=("catalogue", "news")),
        Q(content_type__app_label="outbox", codename__in=("view_job", "change_job")),
        Q(content_type__app_label="people", codename__in=("view_user", "add_user", "change_user")),
        Q(content_type__app_label="desk", content_type__model="template"),
    ),
}
"""What each role may do; nobody's role opens the rights of two that should watch each other."""


def bring(using: str = "default") -> None:
    """Create the groups and set their rights as GRANTS says; what somebody changed in them by hand is undone."""
    for app in apps.get_app_configs():
        create_permissions(app, verbosity=0, using=using)
    for role, granted in GRANTS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role.value)
        chosen = Q(pk__in=())
        for one in granted:
            chosen |= one
        group.permissions.set(Permission.objects.using(using).filter(chosen))


def give(user: User, *granted: Role) -> None:
    """Give a member of staff these roles beside those they have."""
    user.groups.add(*Group.objects.filter(name__in=[role.value for role in granted]))


def has_role(user: User, role: Role) -> bool:
    """Whether an active member of staff has this role."""
    return user.is_active and user.is_staff and user.groups.filter(name=role.value).exists()


def may_any(user: User, permissions: Iterable[str]) -> bool:
    """Whether the person has one of these rights."""
    return any(user.has_perm(one) for one in permissions)
