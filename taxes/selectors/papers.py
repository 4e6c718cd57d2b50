"""What lies behind a receivable: decisions with their papers, reliefs, and postings that are no payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from eurzad.lib.money import format_pln
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.people.models import Subject
from taxes.models import Arrangement, Decision, DecisionDocument, LedgerEntry, Receivable
from taxes.selectors import words
from taxes.selectors.access import party_for

PAPERS = 50


@dataclass(frozen=True, slots=True)
class Paper:
    """One decision, contract or notice, as printed; `url` leads to its PDF where the office gave one."""

    kind: str
    number: str
    on: str
    on_iso: str
    delivered: str
    url: str


def papers_of(receivable: Receivable) -> list[Paper]:
    """Return the decisions of a receivable, newest first; one query."""
    rows = (
        Decision.objects.filter(receivable=receivable).select_related("document").defer("document__content")
    )
    return [
        Paper(
            kind=str(row.get_kind_display()),
            number=row.number,
            on=words.long_date(row.decided_on),
            on_iso=row.decided_on.isoformat(),
            delivered=words.long_date(row.delivered_on) if row.delivered_on else "",
            url=reverse("taxes:paper", args=[receivable.public_id, row.public_id])
            if hasattr(row, "document")
            else "",
        )
        for row in rows[:PAPERS]
    ]


def paper_for(viewer: Viewer, receivable_id: UUID, decision_id: UUID) -> tuple[Subject, DecisionDocument]:
    """Return the PDF of a decision about a receivable the viewer may see; raises AccessDenied, also for none."""
    receivable = (
        Receivable.objects.select_related("account__type", "account__subject")
        .filter(public_id=receivable_id)
        .first()
    )
    if receivable is None:
        raise AccessDenied()
    subject = party_for(viewer, Right.SEE, receivable.account, str(receivable_id))
    found = DecisionDocument.objects.filter(decision__public_id=decision_id, decision__receivable=receivable)
    document = found.first()
    if document is None:
        raise AccessDenied()
    return subject, document


def reliefs_of(receivable: Receivable) -> list[str]:
    """Return what the office agreed to about paying, in sentences; one query."""
    rows = Arrangement.objects.filter(receivable=receivable).select_related("decision")
    return [_relief(row) for row in rows[:PAPERS]]


def _relief(row: Arrangement) -> str:
    facts = {"number": row.decision.number, "day": words.long_date(row.granted_on)}
    if row.kind == Arrangement.Kind.DEFERRAL:
        said = _("Urząd odroczył termin płatności (decyzja %(number)s z %(day)s).") % facts
    else:
        said = _("Urząd rozłożył należność na raty (decyzja %(number)s z %(day)s).") % facts
    if row.prolongation_fee:
        said += " " + _("Opłata prolongacyjna: %s.") % format_pln(row.prolongation_fee)
    return (
        said
        + " "
        + {
            Arrangement.State.IN_FORCE: _(
                "Obowiązuje: pilnuj nowych terminów, bo niezapłacona rata może ją zakończyć."
            ),
            Arrangement.State.FULFILLED: _("Spłacono ją w całości."),
            Arrangement.State.EXPIRED: _("Wygasła: obowiązują poprzednie terminy i pełne odsetki."),
        }[Arrangement.State(row.state)]
    )


def postings_of(receivable: Receivable) -> Sequence[tuple[date, str]]:
    """Return what changed the amount or its dates, apart from payments; one query."""
    texts = {
        LedgerEntry.Kind.INCREASE: _("Zwiększono należność o %s"),
        LedgerEntry.Kind.REDUCTION: _("Zmniejszono należność o %s"),
        LedgerEntry.Kind.REMISSION: _("Umorzono %s"),
        LedgerEntry.Kind.WRITE_OFF: _("Odpisano %s"),
        LedgerEntry.Kind.DEFERRAL: _("Odroczono termin zapłaty %s"),
        LedgerEntry.Kind.PLAN: _("Rozłożono na raty %s"),
        LedgerEntry.Kind.REFUND: _("Zwrócono %s"),
    }
    rows = LedgerEntry.objects.filter(receivable=receivable, kind__in=list(texts)).order_by("on", "pk")
    found = []
    for row in rows[: 4 * PAPERS]:
        amount = format_pln(Decimal(row.principal + row.interest + row.costs))
        text = texts[LedgerEntry.Kind(row.kind)] % amount
        found.append((row.on, _("Cofnięto: %s") % text if row.is_reversal else text))
    return found
