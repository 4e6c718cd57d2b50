"""The registers of the town, each declared once: what is public of an entry, how it is searched, filtered and
sorted.

To add a register: a model (with a migration), a declaration here, its name in `REGISTERS`.
"""

from datetime import date

from django.db.models import Case, CharField, F, Q, UUIDField, Value, When
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.money import format_pln
from registers import rules
from registers.models import AlcoholLicence, Contract, ContractParty, Lease, Property
from registers.spec import (
    Filter,
    PublicField,
    RegisterSpec,
    Row,
    Sort,
    area,
    by_choice,
    by_value,
    by_year,
    choice,
    day,
    money,
    text,
)


def add_parties(rows: list[Row]) -> None:
    """Fill `parties` of contracts in one query; a redacted party comes with the reason only."""
    by_contract: dict[int, list[Row]] = {row["pk"]: [] for row in rows}
    parties = (
        ContractParty.objects.filter(contract_id__in=by_contract)
        .annotate(
            public_name=_when_public("is_public", "name"),
            public_nip=_when_public("is_public", "nip"),
            public_regon=_when_public("is_public", "regon"),
        )
        .order_by("contract_id", "position")
        .values("contract_id", "public_name", "public_nip", "public_regon", "redaction_reason")
    )
    for party in parties:
        by_contract[party["contract_id"]].append(party)
    for row in rows:
        row["parties"] = by_contract[row["pk"]]


def _when_public(flag: str, column: str) -> Case:
    return Case(When(**{flag: True}, then=F(column)), default=Value(""), output_field=CharField())


def _hidden() -> str:
    return gettext("dane wyłączone z jawności")


def _redacted(reason: str) -> str:
    return gettext("Dane wyłączone z jawności (%(reason)s)") % {"reason": reason}


def _party_names(row: Row) -> str:
    return "; ".join(party["public_name"] or _hidden() for party in row["parties"])


def _party_details(row: Row) -> str:
    lines = []
    for party in row["parties"]:
        numbers = [f"NIP {party['public_nip']}" if party["public_nip"] else ""]
        numbers.append(f"REGON {party['public_regon']}" if party["public_regon"] else "")
        name = party["public_name"] or _redacted(party["redaction_reason"])
        lines.append(", ".join(part for part in (name, *numbers) if part))
    return "\n".join(lines)


def _are_parties_public(row: Row) -> bool:
    return all(party["public_name"] for party in row["parties"])


def _party_words(row: Row) -> str:
    columns = ("public_name", "public_nip", "public_regon")
    return " ".join(party[column] for party in row["parties"] for column in columns)


def _period(row: Row) -> str:
    start, end = row["period_from"], row["period_to"]
    if start and end:
        return f"{format_short(start)} – {format_short(end)}"
    if start:
        return gettext("od %(day)s, na czas nieoznaczony") % {"day": format_short(start)}
    return gettext("do %(day)s") % {"day": format_short(end)} if end else gettext("nie określono")


CONTRACTS = RegisterSpec(
    name="contract",
    path="rejestry/umowy/",
    model=Contract,
    title=_("Rejestr umów"),
    lead=_("Umowy zawarte przez urząd i jednostki gminy: z kim, na co i za ile."),
    caption=_("Umowy"),
    entry_label=_("Umowa"),
    search_label=_("Szukaj w umowach"),
    search_hint=_("Przedmiot, wykonawca, NIP albo numer umowy. Polskie litery nie są konieczne."),
    legal_basis=_(
        "Podstawa: art. 34a ustawy o finansach publicznych i ustawa o dostępie do informacji publicznej."
    ),
    fields=(
        text("number", _("Numer"), searchable=True, words=False),
        day("concluded_on", _("Data zawarcia")),
        text("subject_matter", _("Przedmiot"), searchable=True),
        PublicField(
            name="parties",
            label=_("Wykonawca"),
            columns=("parties",),
            show=_party_names,
            is_polish=_are_parties_public,
        ),
        PublicField(
            name="party_details",
            label=_("Strony"),
            columns=("parties",),
            show=_party_details,
            is_polish=_are_parties_public,
        ),
        PublicField(
            name="party_words",
            label=_("Strony"),
            columns=("parties",),
            show=_party_words,
            is_searchable=True,
        ),
        money("value", _("Wartość brutto"), absence="value_absence_reason"),
        choice("kind", _("Rodzaj"), Contract.Kind.choices),
        PublicField(name="period", label=_("Okres"), columns=("period_from", "period_to"), show=_period),
        text("funding", _("Finansowanie")),
        choice("procedure", _("Tryb zawarcia"), Contract.Procedure.choices),
        text("unit", _("Jednostka"), searchable=True),
        choice("status", _("Stan"), Contract.Status.choices),
    ),
    list_columns=("subject_matter", "parties", "value", "concluded_on", "number"),
    link_column="subject_matter",
    detail_columns=(
        "subject_matter",
        "party_details",
        "value",
        "concluded_on",
        "period",
        "status",
        "kind",
        "procedure",
        "funding",
        "unit",
        "number",
    ),
    heading="number",
    filters=(
        by_year("rok", _("Rok zawarcia"), "concluded_on"),
        by_choice("rodzaj", _("Rodzaj"), "kind", Contract.Kind.choices),
        by_value("jednostka", _("Jednostka"), "unit"),
    ),
    sorts=(
        Sort(key="najnowsze", label=_("od najnowszych"), order=("-concluded_on", "-pk")),
        Sort(key="najstarsze", label=_("od najstarszych"), order=("concluded_on", "pk")),
        Sort(
            key="wartosc", label=_("od największej wartości"), order=(F("value").desc(nulls_last=True), "-pk")
        ),
        Sort(
            key="wartosc-rosnaco",
            label=_("od najmniejszej wartości"),
            order=(F("value").asc(nulls_last=True), "pk"),
        ),
    ),
    extend=add_parties,
    extended=("parties",),
)


def _offer(row: Row) -> str:
    today = clock.today()
    offers = []
    if row["for_sale_until"] and row["for_sale_until"] >= today:
        offers.append(
            gettext("Na sprzedaż – zgłoszenia do %(day)s") % {"day": format_short(row["for_sale_until"])}
        )
    if row["for_lease_until"] and row["for_lease_until"] >= today:
        offers.append(
            gettext("Do wydzierżawienia – zgłoszenia do %(day)s")
            % {"day": format_short(row["for_lease_until"])}
        )
    return "; ".join(offers) or gettext("Nie jest teraz oferowana")


def _offered(value: str, today: date) -> Q:
    return Q(for_sale_until__gte=today) if value == "sprzedaz" else Q(for_lease_until__gte=today)


PROPERTIES = RegisterSpec(
    name="property",
    path="mienie/",
    model=Property,
    title=_("Mienie gminy"),
    lead=_(
        "Działki, budynki i lokale, które należą do miasta. Sprawdź też, co jest na sprzedaż albo "
        "do wydzierżawienia."
    ),
    caption=_("Nieruchomości"),
    entry_label=_("Nieruchomość"),
    search_label=_("Szukaj w mieniu"),
    search_hint=_("Ulica i numer, obręb, działka albo numer inwentarzowy."),
    legal_basis=_(
        "Podstawa: ustawa o gospodarce nieruchomościami i ustawa o dostępie do informacji publicznej."
    ),
    fields=(
        text("address", _("Adres lub położenie"), searchable=True),
        choice("kind", _("Rodzaj"), Property.Kind.choices),
        choice("purpose", _("Przeznaczenie"), Property.Purpose.choices),
        area("area_m2", _("Powierzchnia")),
        choice("holding", _("Forma władania"), Property.Holding.choices),
        text("precinct", _("Obręb"), searchable=True),
        text("parcel_id", _("Identyfikator działki"), searchable=True, words=False),
        text("inventory_number", _("Numer inwentarzowy"), searchable=True, words=False),
        PublicField(
            name="offer", label=_("Oferta"), columns=("for_sale_until", "for_lease_until"), show=_offer
        ),
    ),
    list_columns=("address", "kind", "purpose", "area_m2", "offer"),
    link_column="address",
    detail_columns=(
        "address",
        "kind",
        "purpose",
        "area_m2",
        "offer",
        "holding",
        "precinct",
        "parcel_id",
        "inventory_number",
    ),
    heading="inventory_number",
    filters=(
        by_choice("rodzaj", _("Rodzaj"), "kind", Property.Kind.choices),
        by_choice("przeznaczenie", _("Przeznaczenie"), "purpose", Property.Purpose.choices),
        Filter(
            param="oferta",
            label=_("Oferta"),
            choices=(("sprzedaz", _("Na sprzedaż")), ("dzierzawa", _("Do wydzierżawienia"))),
            condition=_offered,
        ),
    ),
    sorts=(
        Sort(key="adres", label=_("według adresu"), order=("address", "pk")),
        Sort(key="powierzchnia", label=_("od największej powierzchni"), order=("-area_m2", "pk")),
        Sort(key="powierzchnia-rosnaco", label=_("od najmniejszej powierzchni"), order=("area_m2", "pk")),
    ),
)


def _licence_status(row: Row) -> str:
    status = rules.licence_status(row["status"], row["valid_to"], clock.today())
    return str(AlcoholLicence.Status(status).label)


def _licence_is(value: str, today: date) -> Q:
    if value == AlcoholLicence.Status.VALID:
        return Q(status=value, valid_to__gte=today)
    if value == AlcoholLicence.Status.EXPIRED:
        return Q(status=value) | Q(status=AlcoholLicence.Status.VALID, valid_to__lt=today)
    return Q(status=value)


LICENCES = RegisterSpec(
    name="licence",
    path="rejestry/zezwolenia/",
    model=AlcoholLicence,
    title=_("Zezwolenia na sprzedaż alkoholu"),
    lead=_("Kto i gdzie może w mieście sprzedawać napoje alkoholowe."),
    caption=_("Zezwolenia"),
    entry_label=_("Zezwolenie"),
    search_label=_("Szukaj w zezwoleniach"),
    search_hint=_("Nazwa albo adres punktu, przedsiębiorca, NIP albo numer zezwolenia."),
    legal_basis=_(
        "Podstawa: art. 18 ustawy o wychowaniu w trzeźwości i przeciwdziałaniu alkoholizmowi oraz "
        "ustawa o dostępie do informacji publicznej."
    ),
    fields=(
        text("point_name", _("Punkt sprzedaży"), searchable=True),
        text("point_address", _("Adres punktu"), searchable=True),
        choice("category", _("Kategoria"), AlcoholLicence.Category.choices),
        choice("mode", _("Rodzaj sprzedaży"), AlcoholLicence.Mode.choices),
        text("holder_name", _("Przedsiębiorca"), searchable=True),
        text("holder_nip", _("NIP"), searchable=True, words=False),
        day("valid_from", _("Ważne od")),
        day("valid_to", _("Ważne do")),
        PublicField(name="state", label=_("Stan"), columns=("status", "valid_to"), show=_licence_status),
        text("number", _("Numer"), searchable=True, words=False),
    ),
    list_columns=("point_name", "point_address", "category", "holder_name", "valid_to", "state"),
    link_column="point_name",
    detail_columns=(
        "point_name",
        "point_address",
        "category",
        "mode",
        "holder_name",
        "holder_nip",
        "valid_from",
        "valid_to",
        "state",
        "number",
    ),
    heading="number",
    filters=(
        by_choice("kategoria", _("Kategoria"), "category", AlcoholLicence.Category.choices),
        by_choice("sprzedaz", _("Rodzaj sprzedaży"), "mode", AlcoholLicence.Mode.choices),
        Filter(param="stan", label=_("Stan"), choices=AlcoholLicence.Status.choices, condition=_licence_is),
    ),
    sorts=(
        Sort(key="waznosc", label=_("od najdłużej ważnych"), order=("-valid_to", "-pk")),
        Sort(key="punkt", label=_("według nazwy punktu"), order=("point_name", "pk")),
        Sort(key="adres", label=_("według adresu"), order=("point_address", "pk")),
    ),
)


def _rent(row: Row) -> str:
    return f"{format_pln(row['rent'])} {Lease.RentPeriod(row['rent_period']).label}"


def _lessee(row: Row) -> str:
    return row["public_lessee"] or _hidden()


def _is_lessee_public(row: Row) -> bool:
    return bool(row["public_lessee"])


def _lessee_details(row: Row) -> str:
    return row["public_lessee"] or _redacted(row["redaction_reason"])


def _property_link(row: Row) -> str:
    return (
        reverse("registers:property_detail", args=[row["public_property"]]) if row["public_property"] else ""
    )


LEASES = RegisterSpec(
    name="lease",
    path="rejestry/dzierzawy/",
    model=Lease,
    title=_("Dzierżawy i najem"),
    lead=_("Co z mienia miasta jest wydzierżawione lub wynajęte, na jak długo i za ile."),
    caption=_("Umowy dzierżawy i najmu"),
    entry_label=_("Umowa"),
    search_label=_("Szukaj w dzierżawach"),
    search_hint=_("Przedmiot, adres, cel, dzierżawca (jeśli jest jawny) albo numer umowy."),
    legal_basis=_(
        "Podstawa: ustawa o dostępie do informacji publicznej; dane osób fizycznych są wyłączone z jawności "
        "(art. 5 ust. 2)."
    ),
    fields=(
        text("object_name", _("Przedmiot"), searchable=True),
        PublicField(
            name="object_address",
            label=_("Położenie"),
            columns=("public_address", "public_property"),
            show=lambda row: row["public_address"] or "",
            link=_property_link,
            is_searchable=True,
            is_polish=lambda _row: True,
        ),
        text("purpose", _("Cel"), searchable=True),
        PublicField(name="period", label=_("Okres"), columns=("period_from", "period_to"), show=_period),
        choice("mode", _("Tryb"), Lease.Mode.choices),
        PublicField(
            name="rent",
            label=_("Czynsz brutto"),
            columns=("rent", "rent_period"),
            show=_rent,
            number_column="rent",
        ),
        PublicField(
            name="lessee_details",
            label=_("Dzierżawca"),
            columns=("public_lessee", "redaction_reason"),
            show=_lessee_details,
            is_polish=_is_lessee_public,
        ),
        PublicField(
            name="lessee",
            label=_("Dzierżawca"),
            columns=("public_lessee",),
            show=_lessee,
            is_polish=_is_lessee_public,
        ),
        PublicField(
            name="lessee_words",
            label=_("Dzierżawca"),
            columns=("public_lessee",),
            show=lambda row: row["public_lessee"],
            is_searchable=True,
        ),
        day("concluded_on", _("Data zawarcia")),
        text("number", _("Numer"), searchable=True, words=False),
    ),
    list_columns=("object_name", "object_address", "purpose", "period", "rent", "lessee"),
    link_column="object_name",
    detail_columns=(
        "object_name",
        "object_address",
        "purpose",
        "period",
        "mode",
        "rent",
        "lessee_details",
        "concluded_on",
        "number",
    ),
    heading="number",
    filters=(
        by_year("rok", _("Rok zawarcia"), "concluded_on"),
        by_choice("tryb", _("Tryb"), "mode", Lease.Mode.choices),
        by_value("cel", _("Cel"), "purpose"),
    ),
    sorts=(
        Sort(key="najnowsze", label=_("od najnowszych"), order=("-concluded_on", "-pk")),
        Sort(key="czynsz", label=_("od najwyższego czynszu"), order=("-rent", "-pk")),
        Sort(
            key="koniec",
            label=_("od najwcześniej kończących się"),
            order=(F("period_to").asc(nulls_last=True), "pk"),
        ),
    ),
    annotations={
        "public_lessee": _when_public("is_lessee_public", "lessee_name"),
        "public_property": Case(
            When(property__is_published=True, then=F("property__public_id")),
            default=None,
            output_field=UUIDField(null=True),
        ),
        "public_address": _when_public("property__is_published", "property__address"),
    },
)

REGISTERS = (CONTRACTS, PROPERTIES, LICENCES, LEASES)
