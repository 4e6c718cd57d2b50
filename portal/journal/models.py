import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class CurrentTransaction(models.Func):
    """The number of the writing transaction on PostgreSQL; SQLite has one writer at a time and needs none."""

    function = ""
    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return the constant that stands for it on SQLite."""
        return self.as_sql(compiler, connection, template="0", **extra)


class Record(models.Model):
    """Who saw or did what, for whom, when and why. Rows are only ever added.

    People are known by UUID, without foreign keys, so that a record outlives what it is about.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("kiedy"))
    actor_id = models.UUIDField(_("kto"), null=True)
    subject_id = models.UUIDField(_("czyje dane"), null=True)
    action = models.CharField(_("czynność"), max_length=60)
    reference = models.CharField(_("czego dotyczy"), max_length=80, blank=True)
    reason = models.CharField(_("powód"), max_length=200, blank=True)
    xact = models.BigIntegerField(_("transakcja"), db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("wpis dziennika")
        verbose_name_plural = _("dziennik")
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(fields=("subject_id", "-at", "-id"), name="journal_by_subject"),
            models.Index(fields=("-at", "-id"), name="journal_by_time"),
            models.Index(fields=("actor_id", "-at"), name="journal_by_actor"),
            models.Index(fields=("action", "-at"), name="journal_by_action"),
            models.Index(fields=("reference", "-at"), name="journal_by_reference"),
            models.Index(fields=("xact", "id"), name="journal_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.reference}".strip()


class Link(models.Model):
    """The seal of one record: its number, the hash before and its own (`rules.link_hash`). Rows are only ever added."""

    number = models.BigIntegerField(_("numer"), primary_key=True)
    record = models.OneToOneField(
        Record, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link"
    )
    day = models.DateField(_("dzień"))
    sealed_at = models.DateTimeField(_("opieczętowano"))
    previous = models.CharField(_("poprzedni skrót"), max_length=64)
    hash = models.CharField(_("skrót"), max_length=64)

    class Meta:
        verbose_name = _("pieczęć wpisu")
        verbose_name_plural = _("pieczęcie wpisów")
        ordering = ("number",)
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="journal_numbers_from_one")
        ]
        indexes = [models.Index(fields=("day", "number"), name="journal_link_by_day")]

    def __str__(self) -> str:
        return f"{self.number}"


class Head(models.Model):
    """The signed end of one Polish calendar day of the chain; also of a day without records. Never removed."""

    day = models.DateField(_("dzień"), unique=True)
    number = models.BigIntegerField(_("ostatni numer"))
    count = models.BigIntegerField(_("wpisów tego dnia"))
    hash = models.CharField(_("skrót"), max_length=64)
    statement = models.TextField(_("podpisana treść"))
    signature = models.TextField(_("podpis"))
    signed_at = models.DateTimeField(_("podpisano"))

    class Meta:
        verbose_name = _("podpis dnia")
        verbose_name_plural = _("podpisy dni")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day}"
