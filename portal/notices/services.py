"""Telling people that something happened."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.errors import TransientError
from eurzad.outbox.services import enqueue
from portal.notices.models import Notice
from portal.people.models import User

RESEND_FOR = timedelta(days=3)


@transaction.atomic
def notify(*, user: User, topic: str, text: str, url: str = "", email: str = "") -> Notice:
    """Give `user` a notice in the portal and, where `email` is a confirmed address, mail that there is news.

    `topic` is a stable code; `text` and `url` are shown in the portal only.
    """
    notice = Notice.objects.create(
        user=user,
        topic=topic,
        text=text,
        url=url,
        created_at=clock.now(),
        email=email,
        email_state=Notice.EmailState.WAITING if email else Notice.EmailState.NONE,
    )
    if email:
        enqueue(
            "notices.send_email",
            key=f"notices.send_email:{notice.public_id}",
            notice_id=str(notice.public_id),
        )
    return notice


def notify_staff(*, permission: str, topic: str, text: str, url: str = "") -> int:
    """Give a notice to every active member of staff who holds `permission` (`app.codename`); return how many."""
    app_label, codename = permission.split(".")
    holds = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    clerks = User.objects.filter(
        Q(groups__permissions__in=holds) | Q(user_permissions__in=holds) | Q(is_superuser=True),
        is_active=True,
        is_staff=True,
    ).distinct()
    for clerk in clerks:
        notify(user=clerk, topic=topic, text=text, url=url, email=clerk.email)
    return len(clerks)


def mark_read(*, user: User, public_id: UUID | None = None) -> int:
    """Mark one notice of the user, or all of them, as read; return how many were new."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if public_id is not None:
        unread = unread.filter(public_id=public_id)
    return unread.update(read_at=clock.now())


def resend_emails() -> int:
    """Send again what a mail outage of hours left unsent; return how many. After three days it is no news."""
    unsent = Notice.objects.filter(
        email_state=Notice.EmailState.WAITING, created_at__gt=clock.now() - RESEND_FOR
    ).values_list("public_id", flat=True)[:500]
    for public_id in unsent:
        enqueue("notices.send_email", key=f"notices.send_email:{public_id}", notice_id=str(public_id))
    return len(unsent)


def send_email(notice_id: str) -> None:
    """Mail that there is news, once; raises TransientError when the mail server does not take it."""
    notice = Notice.objects.get(public_id=notice_id)
    if notice.email_state != Notice.EmailState.WAITING:
        return
    name = settings.MUNICIPALITY["name"]
    subject = _("Nowa wiadomość w portalu eUrząd")
    body = _(
        "W portalu eUrząd (%(town)s) czeka na Ciebie nowa wiadomość.\n\n"
        "Zaloguj się, aby ją przeczytać: %(address)s\n\n"
        "Treści spraw nie wysyłamy e-mailem. Na tę wiadomość nie trzeba odpowiadać."
    ) % {"town": name, "address": settings.PORTAL_BASE_URL}
    try:
        send_mail(subject, body, None, [notice.email])
    except OSError as error:
        raise TransientError(code="mail") from error
    Notice.objects.filter(pk=notice.pk).update(email_state=Notice.EmailState.SENT)
