"""Removing what has been kept long enough: whole sealed days, oldest first; their signed heads stay."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from eurzad.lib import clock
from portal.journal import signing
from portal.journal.models import Head, Link, Record


def retire(*, dry_run: bool = False) -> tuple[int, int]:
    """Remove the records of days older than JOURNAL_KEEP_DAYS; return how many days and records.

    Runs as the owner of the tables (`roles.as_owner`). Each day is one transaction, so a command that is killed leaves
    whole days. Raises BadSignature when a day's head is not the office's own.
    """
    before = clock.today() - timedelta(days=settings.JOURNAL_KEEP_DAYS)
    days = records = 0
    for head in Head.objects.filter(day__lt=before).order_by("day"):
        of_day = Link.objects.filter(day=head.day)
        count = of_day.count()
        if not count:
            continue
        signing.verify(head.statement, head.signature)
        if not dry_run:
            with transaction.atomic():
                Record.objects.filter(link__day=head.day).delete()
                of_day.delete()
        days, records = days + 1, records + count
    return days, records
