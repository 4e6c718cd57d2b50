"""How a day's head leaves the machine: the text of mail and file, and reading it back."""

import os
import re
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from eurzad.lib.errors import TransientError
from portal.journal import signing
from portal.journal.models import Head
from portal.journal.rules import Statement

BEGIN, END = "-----BEGIN EURZAD JOURNAL HEAD-----", "-----END EURZAD JOURNAL HEAD-----"
LINE = 64


def text_of(head: Head) -> str:
    """Return a head for people and for `journal verify --head`."""
    grouped = " ".join(head.hash[start : start + 8] for start in range(0, len(head.hash), 8))
    words = _(
        "Dziennik portalu eUrząd – %(office)s\n\n"
        "Dzień: %(day)s\nWpisów tego dnia: %(count)s\nNumer ostatniego wpisu: %(number)s\nSkrót: %(hash)s\n\n"
        "Prosimy zachować tę wiadomość albo wydruk poza systemem. Na jej podstawie można sprawdzić, że nikt nie\n"
        "usunął, nie zmienił ani nie przestawił wpisów: manage.py journal verify --head PLIK\n"
    ) % {
        "office": settings.MUNICIPALITY["office_name"],
        "day": format_short(head.day),
        "count": head.count,
        "number": head.number,
        "hash": grouped,
    }
    signature = [head.signature[start : start + LINE] for start in range(0, len(head.signature), LINE)]
    return "\n".join([words, BEGIN, head.statement, *signature, END, ""])


def read_published(text: str) -> Statement:
    """Return what a published head says. Raises BadSignature when the office did not sign it."""
    found = re.search(f"{BEGIN}\\s+(\\S+)\\s+([A-Za-z0-9+/=\\s]+?)\\s+{END}", text)
    if found is None:
        raise signing.BadSignature
    return signing.verify(found[1], "".join(found[2].split()))


def folder() -> Path:
    """Where the files for print are."""
    place: Path = settings.PORTAL_DIR / "journal"
    return place


def write_head(day: str) -> None:
    """Write a day's file for print, whole or not at all; a second run writes the same."""
    head = Head.objects.get(day=date.fromisoformat(day))
    folder().mkdir(parents=True, exist_ok=True)
    half = folder() / f".{day}.{os.getpid()}"
    try:
        with half.open("w", encoding="utf-8") as stream:
            stream.write(text_of(head))
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(folder() / f"{day}.txt")
    except OSError as error:
        raise TransientError(code="journal.file") from error


def mail_head(day: str) -> None:
    """Mail a day's head to the auditor; a worker that dies after sending sends it twice.

    Raises TransientError when the mail server does not take it.
    """
    head = Head.objects.get(day=date.fromisoformat(day))
    subject = _("Dziennik portalu eUrząd: podpis dnia %(day)s") % {"day": format_short(head.day)}
    try:
        send_mail(subject, text_of(head), None, [settings.JOURNAL_AUDITOR_EMAIL])
    except OSError as error:
        raise TransientError(code="mail") from error
