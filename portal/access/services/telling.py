"""Notices about an application: short, without personal data."""

from django.urls import reverse

from portal.access.models import AccessApplication
from portal.notices.services import notify, notify_staff
from portal.people.models import User

PERMISSION = "access.decide_accessapplication"


def tell_applicant(application: AccessApplication, topic: str, text: str) -> None:
    """Give the applicant a notice, if they have a way in; mail goes to a confirmed address only."""
    user = application.identity.user
    if user is not None:
        notify(
            user=user,
            topic=topic,
            text=text,
            url=reverse("access:detail", args=[application.public_id]),
            email=application.email if application.email_confirmed_at else "",
        )


def tell_clerk(clerk: User, application: AccessApplication, topic: str, text: str) -> None:
    """Give one clerk a notice."""
    notify(user=clerk, topic=topic, text=text, url=_desk(application), email=clerk.email)


def tell_clerks(application: AccessApplication, topic: str, text: str) -> None:
    """Tell who leads the case, or every clerk who may decide."""
    if application.assigned_to is not None:
        tell_clerk(application.assigned_to, application, topic, text)
    else:
        tell_all_clerks(application, topic, text)


def tell_all_clerks(application: AccessApplication, topic: str, text: str) -> None:
    """Tell every clerk who may decide, whoever leads the case."""
    notify_staff(permission=PERMISSION, topic=topic, text=text, url=_desk(application))


def _desk(application: AccessApplication) -> str:
    return reverse("admin:access_accessapplication_change", args=[application.pk])
