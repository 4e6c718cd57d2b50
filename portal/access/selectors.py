"""Reading applications for access: the applicant's own, and the clerks' queue."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cryptography.x509 import Name
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Substr
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eurzad.lib import clock, dates
from eurzad.lib.names import as_written
from portal.access import evidence, rules, texts
from portal.access.models import (
    AccessApplication,
    AccessApplicationQuerySet,
    ApplicationEvent,
    Correction,
    Door,
    Upload,
)
from portal.access.rules import State
from portal.channels import selectors as channels
from portal.channels.models import in_language
from portal.people import services as people
from portal.people.models import Identity, Subject, SubjectIdentifier, User

BLOBS = ("document", "signed_document")
# A repeated application is decided in the first one, which is therefore what its applicant asks about.
_ORDER = {
    **dict.fromkeys(rules.UNDECIDED, 1),
    **dict.fromkeys(rules.PREPARING, 2),
    State.JOINED: 4,
}


def own_applications(identity: Identity) -> list[AccessApplication]:
    """A person's applications, newest first, without their bytes."""
    return list(
        AccessApplication.objects.for_identity(identity)
        .defer(*BLOBS, "receipt__content")
        .select_related("joined_to", "taken_over_by", "receipt", "decision_document")
        .defer("decision_document__content")[:50]
    )


def own_prepared(identity: Identity) -> AccessApplication | None:
    """The person's application that is not filed yet, with its bytes."""
    return AccessApplication.objects.preparing().filter(identity=identity).first()


def own_draft(identity: Identity) -> AccessApplication | None:
    """The person's application that is still being filled in."""
    draft = AccessApplication.objects.filter(identity=identity, state=State.DRAFT)
    return draft.select_related("corrects").defer("corrects__document", "corrects__signed_document").first()


def correction_answered_by(application: AccessApplication) -> Correction | None:
    """The clerk's request that a draft answers."""
    if application.corrects_id is None:
        return None
    return Correction.objects.filter(application=application.corrects_id).last()


def current_application(identity: Identity) -> AccessApplication | None:
    """The application a person would ask about: the one in the office, else in preparation, else the last one."""
    return current_of(own_applications(identity))


def current_of(applications: list[AccessApplication]) -> AccessApplication | None:
    """Choose the current one of a person's applications, newest first."""
    kept = [item for item in applications if not _is_put_away(item)]
    return min(kept, key=_precedence, default=None)


def _is_put_away(application: AccessApplication) -> bool:
    """Whether it says nothing of now: taken back, replaced by its correction, or joined to one taken back."""
    first = application.joined_to
    replaced = application.state in (State.WITHDRAWN, State.CORRECTED)
    return replaced or (first is not None and first.state == State.WITHDRAWN)


def _precedence(application: AccessApplication) -> int:
    """A correction that waits for its signature comes before the case it corrects; its draft after it."""
    if application.corrects_id and application.state in rules.PREPARING[1:]:
        return 0
    return _ORDER.get(State(application.state), 3)


def own_application(identity: Identity, public_id: UUID) -> AccessApplication | None:
    """One application of this person with its bytes, or None for anybody else's."""
    return (
        AccessApplication.objects.filter(identity=identity, public_id=public_id)
        .select_related(
            "identity", "joined_to", "taken_over_by", "corrects", "receipt__channel", "decision_document"
        )
        .defer(*(f"{link}__{blob}" for link in ("joined_to", "taken_over_by", "corrects") for blob in BLOBS))
        .defer("decision_document__content")
        .first()
    )


@dataclass(frozen=True)
class Step:
    """One line of the timeline. ``position``: done, current or next."""

    title: str
    position: str
    happened_on: str = ""
    text: str = ""
    documents: str = ""


@dataclass(frozen=True)
class Status:
    """What the status page shows."""

    application: AccessApplication
    sentence: str
    tag: str
    tone: str
    steps: list[Step]
    refresh_seconds: int
    goes_to_signing: bool
    refusal: str
    upload_refusal: tuple[str, str] | None
    files: list[tuple[str, str]]
    correction: Correction | None
    can_answer: bool
    can_withdraw: bool


def status_of(application: AccessApplication) -> Status:
    """Build the status page of one application."""
    today, state = clock.today(), State(application.state)
    stage = rules.sign_stage(
        sent_at=application.sent_at,
        signing_url=application.signing_url,
        returned_at=application.returned_at,
        now=clock.now(),
    )
    now = rules.who_must_act(state, due_on=application.due_on, today=today, stage=stage)
    other = application.joined_to or application.taken_over_by
    corrections = list(application.corrections.all()) if application.due_on else []
    last = corrections[-1] if corrections else None
    waits = state == State.NEEDS_CORRECTION and last is not None
    working = now.actor == rules.Actor.SYSTEM
    goes = state == State.AWAITING_SIGNATURE and bool(application.signing_url) and not application.opened_at
    return Status(
        application=application,
        sentence=texts.now_sentence(
            now.sentence,
            due_on=last.answer_by if waits and last else application.due_on,
            number=str(other) if other else "",
        ),
        tag=_("po terminie") if now.sentence == "overdue" else str(application.get_state_display()),
        tone=_tone(state, now.sentence),
        steps=_steps(application, corrections),
        refresh_seconds=0 if not working else 30 if now.sentence == "unavailable" else 3,
        goes_to_signing=goes,
        refusal=texts.refusal_sentence(application.refusal_code) if application.refusal_code else "",
        upload_refusal=upload_refusal(application),
        files=file_links(application),
        correction=last,
        can_answer=waits
        or (state == State.SUBMITTED and last is not None and last.state == Correction.State.UNANSWERED),
        can_withdraw=state in rules.UNDECIDED,
    )


def upload_refusal(application: AccessApplication) -> tuple[str, str] | None:
    """Why the last uploaded file was not taken and what to do next; None when no signature is waited for."""
    if application.state != State.AWAITING_SIGNATURE:
        return None
    last = Upload.objects.filter(application=application).defer("content", "report").last()
    return texts.upload_refusal(last.refusal_code) if last else None


def _tone(state: State, sentence: str) -> str:
    if sentence == "overdue" or state in (State.REJECTED, State.SIGNATURE_REFUSED):
        return "overdue"
    if state == State.APPROVED:
        return "done"
    return "neutral" if state in (State.WITHDRAWN, State.JOINED, State.CORRECTED) else "waiting"


def _steps(application: AccessApplication, corrections: list[Correction]) -> list[Step]:
    times: dict[str, datetime] = {}
    for event in ApplicationEvent.objects.filter(application=application):
        times[event.kind] = event.happened_at
    state = State(application.state)
    if state == State.WITHDRAWN and not application.is_withdrawn_case:
        return [
            Step(_("Rozpoczęto wniosek"), "done", _when(times.get("created"))),
            Step(_("Wycofano"), "done", _when(_first_of(times, "withdrawn", "replaced", "expired"))),
        ]
    rows = _portal_rows(application, times) if application.door == Door.PORTAL else _epuap_rows(application)
    rows += _office_rows(application, state, times, corrections)
    current = _current_index(application.door, state, len(rows))
    return [
        Step(
            title=title,
            position="done" if index < current else "current" if index == current else "next",
            happened_on=when if index <= current else "",
            text=text if index <= current else "",
            documents=documents if index <= current else "",
        )
        for index, (title, when, text, documents) in enumerate(rows)
    ]


def _portal_rows(
    application: AccessApplication, times: dict[str, datetime]
) -> list[tuple[str, str, str, str]]:
    checked = _first_of(times, "receipt_issued", "signature_refused")
    waits = application.state == State.AWAITING_SIGNATURE
    return [
        (_("Wypełnienie wniosku"), _when(times.get("created")), "", ""),
        (
            _("Podpis"),
            "" if waits else _when(_first_of(times, "signed", "uploaded")),
            _signed_sentence(application),
            "application" if application.document_digest else "",
        ),
        (
            _("Sprawdzenie podpisu i poświadczenie złożenia (UPP)"),
            _when(checked),
            "",
            "receipt" if application.receipt_id else "",
        ),
    ]


def _first_of(times: dict[str, datetime], *kinds: str) -> datetime | None:
    return next((times[kind] for kind in kinds if kind in times), None)


def _signed_sentence(application: AccessApplication) -> str:
    """Who signed, how and when, in one line; empty before the signature has been checked."""
    report = application.signature_report
    if not application.packaging or not report:
        return ""
    signer = report["signer"]
    return _("Podpisał(a): %(name)s, %(method)s, %(when)s.") % {
        "name": as_written(f"{signer['given_name']} {signer['family_name']}"),
        "method": texts.METHODS[report["method"]],
        "when": _when(datetime.fromisoformat(report["signed_at"])),
    }


def file_links(application: AccessApplication) -> list[tuple[str, str]]:
    """The application's files as label and name of the page that gives them."""
    xml, pdf = "access:document_xml", "access:document_pdf"
    if application.packaging == "pdf":
        return [(_("Podpisany plik PDF"), pdf)]
    if application.packaging == "detached":
        document = (_("Podpisany dokument PDF"), pdf)
        if application.signed_form == "xml":
            document = (_("Podpisany dokument XML"), xml)
        return [document, (_("Plik podpisu (XAdES)"), "access:signature_file")]
    label = _("Plik XML do podpisu")
    if application.refusal_code:
        label = _("Plik XML, który do nas wrócił")
    elif _is_pdf_being_checked(application):
        return [(_("Podpisany plik PDF (sprawdzamy podpis)"), pdf)]
    elif application.received_at:
        label = _("Podpisany plik XML")
    return [(_("Wniosek w PDF"), pdf), (label, xml)]


def _is_pdf_being_checked(application: AccessApplication) -> bool:
    """Whether the file that was brought back, and is being checked, is a PDF; afterwards the report says it."""
    if application.state != State.SIGNATURE_CHECK:
        return False
    waiting = Upload.objects.filter(application=application, state=Upload.State.WAITING)
    start = waiting.annotate(start=Substr("content", 1, 5)).values_list("start", flat=True).first()
    return bytes(start or b"") == b"%PDF-"


def _epuap_rows(application: AccessApplication) -> list[tuple[str, str, str, str]]:
    return [
        (
            _("Wysłanie przez ePUAP"),
            _when(application.received_at),
            _("Poświadczenie złożenia (UPP) masz na swoim koncie ePUAP."),
            "application",
        ),
        (_("Odbiór i sprawdzenie podpisu"), _when(application.created_at), "", ""),
    ]


def _office_rows(
    application: AccessApplication,
    state: State,
    times: dict[str, datetime],
    corrections: list[Correction],
) -> list[tuple[str, str, str, str]]:
    due = (
        _("Decyzja do %(date)s.") % {"date": dates.format_short(application.due_on)}
        if application.due_on and state not in (State.NEEDS_CORRECTION, State.WITHDRAWN)
        else ""
    )
    rows = [(_("Urzędnik sprawdza wniosek"), _when(application.received_at), due, "")]
    for correction in corrections:
        rows += _correction_rows(application, correction, times)
    if state == State.CORRECTED:
        return rows
    if state == State.WITHDRAWN:
        return [*rows, (_("Wycofano wniosek"), _when(times.get("recalled")), "", "")]
    decision = {
        State.APPROVED: _("Wniosek przyjęty."),
        State.REJECTED: _("Wniosek odrzucony. Uzasadnienie: %(reason)s")
        % {"reason": application.decision_reason},
        State.JOINED: _("Decyzja zapadnie we wcześniejszym wniosku."),
    }.get(state, "")
    return [*rows, (_("Decyzja"), _when(application.decided_at), decision, "decision")]


def _correction_rows(
    application: AccessApplication, correction: Correction, times: dict[str, datetime]
) -> list[tuple[str, str, str, str]]:
    asked = _("Odpowiedź do %(date)s. %(text)s") % {
        "date": dates.format_short(correction.answer_by),
        "text": correction.text,
    }
    rows = [(_("Urzędnik poprosił o poprawienie"), _when(correction.asked_at), asked, "")]
    if correction.state == Correction.State.ANSWERED:
        number = str(application.taken_over_by or "")
        answered = _("Poprawiony wniosek: %(number)s.") % {"number": number} if number else ""
        rows.append((_("Poprawiono wniosek"), _when(correction.answered_at), answered, ""))
    elif correction.state == Correction.State.UNANSWERED:
        rows.append(
            (_("Minął termin na poprawienie – sprawdza urzędnik"), _when(times.get("no_answer")), "", "")
        )
    return rows


def _current_index(door: str, state: State, count: int) -> int:
    """The step that is now: with the office the last but one before a decision, else the last."""
    if state in (*rules.UNDECIDED, State.JOINED):
        return count - 2
    order = {
        State.DRAFT: 0,
        State.AWAITING_SIGNATURE: 1,
        State.SIGNATURE_CHECK: 2,
        State.RECEIPT_PENDING: 2,
        State.SIGNATURE_REFUSED: 2,
    }
    return order.get(state, count - 1)


def _when(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = clock.to_warsaw(moment)
    return f"{dates.format_long(local.date(), get_language() or 'pl')}, {local:%H:%M}"


@dataclass(frozen=True)
class Way:
    """One open door with the town's own words about its legal effect, in the language they are in."""

    door: str
    legal_effect: str
    language: str
    url: str


def open_doors() -> list[Way]:
    """Doors the town keeps open, in its order."""
    urls = {Door.EPUAP.value: settings.EPUAP_FORM_URL}
    return [
        Way(channel.code, *in_language(channel.effects), urls.get(channel.code, ""))
        for channel in channels.open_for_applications()
    ]


def application_summary(application: AccessApplication) -> list[tuple[str, str]]:
    """The application as label and value, empty values left out."""
    rows = [
        (_("Imię i nazwisko"), as_written(f"{application.given_name} {application.family_name}")),
        (capfirst(application.identifier_label), application.masked_identifier),
        (_("Adres"), written_address(application)),
        (_("Telefon"), application.phone),
        (_("E-mail"), application.email),
        (_("Zakres"), _("dostęp do własnych danych") if application.own_data else ""),
        (_("Uwagi"), application.remarks),
    ]
    return [(label, value) for label, value in rows if value]


def address_line(application: AccessApplication) -> str:
    """Street, building, flat, postal code and city in one line, put together as the register of subjects does."""
    house = f"{application.building}/{application.flat}" if application.flat else application.building
    street = " ".join(part for part in (application.street, house) if part)
    place = f"{application.postal_code} {application.city}".strip()
    return ", ".join(part for part in (street, place) if part)


def written_address(application: AccessApplication) -> str:
    """The address as on an envelope: where there are no streets, the place's own name stands before the number."""
    line = address_line(application)
    return line if application.street else f"{application.city} {line}"


QUEUE_TABS = ("to_take", "mine", "urgent", "overdue", "done", "all")


def in_tab(
    queryset: AccessApplicationQuerySet, tab: str, *, clerk: User, today: date
) -> AccessApplicationQuerySet:
    """Applications of one tab of the queue."""
    return queryset.filter(_tab_condition(tab, clerk, today))


def queue_counts(*, clerk: User, today: date) -> dict[str, int]:
    """How many applications stand in each tab, in one query."""
    counts: dict[str, int] = AccessApplication.objects.filed().aggregate(
        **{tab: Count("pk", filter=_tab_condition(tab, clerk, today)) for tab in QUEUE_TABS}
    )
    return counts


def _tab_condition(tab: str, clerk: User, today: date) -> Q:
    waiting = Q(state=State.SUBMITTED.value)
    urgent = date.fromordinal(today.toordinal() + rules.URGENT_DAYS)
    return {
        "to_take": waiting & Q(assigned_to__isnull=True),
        "mine": waiting & Q(assigned_to=clerk.pk),
        "urgent": waiting & Q(due_on__gte=today, due_on__lte=urgent),
        "overdue": waiting & Q(due_on__lt=today),
        "done": Q(state__in=[State.APPROVED.value, State.REJECTED.value, State.JOINED.value]),
        "all": Q(pk__isnull=False),
    }[tab]


@dataclass(frozen=True)
class Comparison:
    """One line of the clerk's view. ``matches``: None where nothing can be compared."""

    label: str
    declared: str
    signed: str
    matches: bool | None


@dataclass(frozen=True)
class Desk:
    """What the clerk sees of one application."""

    comparisons: list[Comparison]
    declared: list[tuple[str, str]]
    remarks: list[str]
    signature: list[tuple[str, str]]
    signature_remarks: list[str]
    facts: list[evidence.Fact]
    proposed: Subject | None
    candidates: list[Subject]
    already_linked: Subject | None
    has_mismatch: bool
    has_pesel: bool


def desk_of(application: AccessApplication, *, query: str = "") -> Desk:
    """Put side by side what was declared, what the signature says and what the records know."""
    identity = application.identity
    comparisons = _compare(application)
    facts = evidence.gather(
        evidence.Identifiers(
            scheme=identity.scheme,
            fingerprint=identity.fingerprint,
            family_name=application.family_name,
            given_name=application.given_name,
            birth_date=identity.birth_date,
            address=address_line(application),
        )
    )
    return Desk(
        comparisons=comparisons,
        declared=application_summary(application),
        remarks=[texts.remark_words(code) for code in application.form_remarks],
        signature=signature_summary(application),
        signature_remarks=[
            texts.signature_remark(code) for code in (application.signature_report or {}).get("remarks", ())
        ],
        facts=facts,
        proposed=people.find_subject_by_fingerprint(identity.scheme, identity.fingerprint),
        candidates=_candidates(query),
        already_linked=identity.subject,
        has_mismatch=bool(application.form_remarks)
        or any(row.matches is False for row in comparisons)
        or any(fact.matches is False for fact in facts),
        has_pesel=identity.has_pesel,
    )


def _compare(application: AccessApplication) -> list[Comparison]:
    signer = (application.signature_report or {}).get("signer") or {}
    return [
        _row(_("Imię"), application.given_name, as_written(signer.get("given_name", ""))),
        _row(_("Nazwisko"), application.family_name, as_written(signer.get("family_name", ""))),
        _compare_numbers(application),
    ]


def _compare_numbers(application: AccessApplication) -> Comparison:
    """A signature carries a PESEL; a foreign identifier is known from the sign-in, and no signature says it."""
    identity = application.identity
    declared = application.masked_identifier
    if not identity.has_pesel:
        said = _("podpis go nie zawiera; potwierdzono go przy logowaniu")
        return Comparison(capfirst(identity.identifier_label), declared, said, None)
    same = (application.identifier_scheme, application.identifier_fingerprint) == (
        identity.scheme,
        identity.fingerprint,
    )
    return Comparison(capfirst(identity.identifier_label), declared, identity.masked_identifier, same)


def _row(label: str, declared: str, signed: str) -> Comparison:
    same = declared.strip().casefold() == signed.strip().casefold() if signed else None
    return Comparison(label, declared, signed, same)


def signature_summary(application: AccessApplication) -> list[tuple[str, str]]:
    """What the verified signature says, as label and value; empty before there is one."""
    report = application.signature_report
    if not application.packaging or not report:
        return []
    signer = report["signer"]
    rows = [
        (_("Podpisał(a)"), as_written(f"{signer['given_name']} {signer['family_name']}")),
        (_("Podpisali też"), ", ".join(as_written(name) for name in report.get("others", ()))),
        (_("Rodzaj podpisu"), str(texts.METHODS[report["method"]])),
        (_("Postać podpisu"), str(texts.PACKAGINGS[application.packaging])),
        (_("Podpis złożono"), _when(datetime.fromisoformat(report["signed_at"]))),
        (_("Certyfikat"), certificate_words(report["certificate_subject"])),
    ]
    return [(label, value) for label, value in rows if value]


def certificate_words(subject: str) -> str:
    """The holder of a certificate in words: name, organisation, country and number, without the names of fields.

    ``subject`` is written as RFC 4514 says; what is not is shown as it stands.
    """
    try:
        parts = {one.oid: str(one.value) for one in Name.from_rfc4514_string(subject)}
    except ValueError:
        return subject
    number = parts.get(NameOID.SERIAL_NUMBER)
    words = [as_written(parts.get(NameOID.COMMON_NAME, "")), parts.get(NameOID.ORGANIZATION_NAME, "")]
    words += [
        parts.get(NameOID.COUNTRY_NAME, ""),
        _("numer %(number)s") % {"number": number} if number else "",
    ]
    return ", ".join(word for word in words if word) or subject


def _candidates(query: str) -> list[Subject]:
    words = query.split()
    if not words:
        return []
    own_number = SubjectIdentifier.objects.filter(
        subject=OuterRef("pk"), scheme=SubjectIdentifier.Scheme.PESEL
    )
    found = Subject.objects.filter(kind=Subject.Kind.PERSON).annotate(has_pesel=Exists(own_number))
    for word in words[:3]:
        found = found.filter(Q(family_name__istartswith=word) | Q(given_name__istartswith=word))
    return list(found.order_by("family_name", "given_name")[:10])
