"""What was assessed on an account, how it came about, and the decisions about it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from taxes.models.accounts import Account
from taxes.models.fields import FromSource, money, source_constraints


class Receivable(FromSource):
    """One year's tax, fee or rent of an account, as a decision or contract set it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="receivables", verbose_name=_("kartoteka"),
        db_index=False,
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("rok"))
    title = models.CharField(_("tytuł"), max_length=160)
    decision_number = models.CharField(_("numer decyzji lub umowy"), max_length=60, blank=True)
    decision_on = models.DateField(_("z dnia"), null=True, blank=True)
    delivered_on = models.DateField(_("doręczono"), null=True, blank=True)
    total = money(_("kwota za rok"))
    payment_title = models.CharField(_("tytuł przelewu"), max_length=140, blank=True)
    closed_on = models.DateField(_("nie ma jej już w księdze od"), null=True, blank=True)

    class Meta:
        verbose_name = _("należność")
        verbose_name_plural = _("należności")
        ordering = ("-year", "title")
        constraints = [
            *source_constraints("receivable"),
            models.UniqueConstraint(
                fields=("account", "year", "decision_number"), name="taxes_receivable_one_per_decision"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="taxes_receivable_total_positive"),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2200), name="taxes_receivable_year_sane"
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("decision_on")),
                name="taxes_receivable_delivered_after_decision",
            ),
        ]
        indexes = [models.Index(fields=("decision_number",), name="taxes_receivable_decision")]

    def __str__(self) -> str:
        return self.title


class Component(models.Model):
    """One line of how a year's amount came about: base × rate, for some months."""

    receivable = models.ForeignKey(
        Receivable, on_delete=models.CASCADE, related_name="components", db_index=False
    )
    position = models.PositiveSmallIntegerField(_("lp."))
    name = models.CharField(_("składnik"), max_length=160)
    base = models.DecimalField(_("podstawa"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("jednostka"), max_length=20)
    rate = models.DecimalField(_("stawka"), max_digits=12, decimal_places=4)
    months = models.PositiveSmallIntegerField(_("miesiące"), default=12)
    amount = money(_("kwota"))
    source = models.CharField(_("skąd stawka"), max_length=200, blank=True)
    source_url = models.URLField(_("adres uchwały"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("składnik")
        verbose_name_plural = _("składniki")
        ordering = ("receivable", "position")
        constraints = [
            models.UniqueConstraint(
                fields=("receivable", "position"), name="taxes_component_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(base__gte=0, rate__gte=0, amount__gte=0), name="taxes_component_not_negative"
            ),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="taxes_component_months"),
            models.CheckConstraint(
                condition=Q(source_url="") | Q(source_url__startswith="https://"),
                name="taxes_component_link_is_https",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(FromSource):
    """A decision, contract or notice about an account; `payment_code` is what its paper has printed to pay by."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", _("decyzja wymiarowa")
        CHANGE = "change", _("decyzja zmieniająca")
        DEFERRAL = "deferral", _("odroczenie terminu płatności")
        PLAN = "plan", _("rozłożenie na raty")
        REMISSION = "remission", _("umorzenie")
        OVERPAYMENT = "overpayment", _("postanowienie w sprawie nadpłaty")
        CONTRACT = "contract", _("umowa")
        OTHER = "other", _("inny dokument")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="decisions")
    receivable = models.ForeignKey(
        Receivable, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    kind = models.CharField(_("rodzaj"), max_length=12, choices=Kind)
    number = models.CharField(_("numer"), max_length=60)
    decided_on = models.DateField(_("z dnia"))
    delivered_on = models.DateField(_("doręczono"), null=True, blank=True)
    payment_code = models.CharField(_("kod płatności"), max_length=40, blank=True)
    document_reference = models.CharField(_("oznaczenie dokumentu"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("decyzja")
        verbose_name_plural = _("decyzje")
        ordering = ("-decided_on", "-pk")
        constraints = [
            *source_constraints("decision"),
            models.UniqueConstraint(
                fields=("payment_code",), condition=~Q(payment_code=""), name="taxes_decision_code_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "assessment",
                        "change",
                        "deferral",
                        "plan",
                        "remission",
                        "overpayment",
                        "contract",
                        "other",
                    ]
                ),
                name="taxes_decision_kind_known",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="taxes_decision_has_number"),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("decided_on")),
                name="taxes_decision_delivered_after",
            ),
        ]
        indexes = [models.Index(fields=("number",), name="taxes_decision_number")]

    def __str__(self) -> str:
        return self.number


class DecisionDocument(models.Model):
    """The paper of a decision, byte for byte; apart from it, so that no list reads it."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="document")
    name = models.CharField(_("nazwa pliku"), max_length=120)
    content_type = models.CharField(_("rodzaj"), max_length=60, default="application/pdf")
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64)
    content = models.BinaryField(_("treść"))

    class Meta:
        verbose_name = _("dokument decyzji")
        verbose_name_plural = _("dokumenty decyzji")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="taxes_document_digest"
            ),
            models.CheckConstraint(condition=Q(content_type="application/pdf"), name="taxes_document_is_pdf"),
        ]

    def __str__(self) -> str:
        return self.name


class Arrangement(FromSource):
    """A relief in payment: a date put off, or the debt spread over instalments, and what that costs.

    The dates themselves are those of the instalments it made (`Instalment.arrangement`); the prolongation fee
    (art. 57 O.p.) is one of them, of the kind `fee`.
    """

    class Kind(models.TextChoices):
        DEFERRAL = "deferral", _("odroczenie")
        PLAN = "plan", _("układ ratalny")

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("obowiązuje")
        FULFILLED = "fulfilled", _("wykonany")
        EXPIRED = "expired", _("wygasł")

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="arrangements")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("rodzaj"), max_length=10, choices=Kind)
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.IN_FORCE)
    granted_on = models.DateField(_("z dnia"))
    prolongation_fee = money(_("opłata prolongacyjna"), default=0)

    class Meta:
        verbose_name = _("ulga w spłacie")
        verbose_name_plural = _("ulgi w spłacie")
        ordering = ("-granted_on", "-pk")
        constraints = [
            *source_constraints("arrangement"),
            models.CheckConstraint(
                condition=Q(kind__in=["deferral", "plan"]), name="taxes_arrangement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_force", "fulfilled", "expired"]),
                name="taxes_arrangement_state_known",
            ),
            models.CheckConstraint(
                condition=Q(prolongation_fee__gte=0), name="taxes_arrangement_fee_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.granted_on}"
