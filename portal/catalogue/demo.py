"""Services of the demo town."""

from datetime import date

from portal.catalogue.models import Service

_PORTAL, _DESK = Service.Channel.PORTAL, Service.Channel.DESK
_EXTERNAL = Service.Channel.EXTERNAL
_TAXES, _LAND = "Wydział Podatków i Opłat", "Wydział Geodezji i Nieruchomości"
_UTILITIES, _CITIZENS = "Wydział Gospodarki Komunalnej", "Wydział Spraw Obywatelskich"

_SERVICES: tuple[dict[str, str], ...] = (
    {
        "slug": "dostep-do-konta",
        "title": "Dostęp do konta w portalu",
        "summary": "Wniosek, po którym zobaczysz w portalu swoje podatki, opłaty i wpisy w rejestrach.",
        "audience": "Dla osób, które mają w mieście podatki, opłaty, zezwolenia lub dzierżawy",
        "fee": "Bez opłat",
        "handling_time": "Do 14 dni od dnia wpływu wniosku",
        "documents": "Profil zaufany, e-dowód albo bankowość do zalogowania i podpisu",
        "legal_basis": "Regulamin portalu; art. 63 Kodeksu postępowania administracyjnego",
        "channel": _PORTAL,
        "url_name": "access:home",
        "unit": _CITIZENS,
    },
    {
        "slug": "sprawdzenie-upo",
        "title": "Sprawdzenie urzędowego poświadczenia (UPO)",
        "summary": "Sprawdź, czy poświadczenie złożenia albo doręczenia jest prawdziwe: po kodzie albo z pliku XML.",
        "audience": "Dla każdego, bez logowania",
        "fee": "Bez opłat",
        "handling_time": "Od ręki",
        "documents": "Kod z wydruku albo plik XML poświadczenia",
        "legal_basis": "Art. 3 pkt 20 ustawy o informatyzacji działalności podmiotów realizujących zadania publiczne",
        "channel": _PORTAL,
        "url_name": "channels:check",
        "unit": _CITIZENS,
    },
    {
        "slug": "podatek-od-nieruchomosci",
        "title": "Informacja o nieruchomościach (IN-1)",
        "summary": "Zgłoś kupno, budowę, zmianę powierzchni albo sposobu użytkowania.",
        "audience": "Dla osób fizycznych – właścicieli i użytkowników wieczystych",
        "fee": "Bez opłat",
        "handling_time": "Złóż w ciągu 14 dni od zmiany; decyzję wydajemy do 1 miesiąca",
        "documents": "Formularz IN-1 z załącznikami\nAkt notarialny albo inny dokument potwierdzający zmianę",
        "legal_basis": "Art. 6 ust. 6 ustawy o podatkach i opłatach lokalnych",
        "channel": _DESK,
        "unit": _TAXES,
    },
    {
        "slug": "odroczenie-lub-raty",
        "title": "Odroczenie podatku albo rozłożenie na raty",
        "summary": "Gdy nie możesz zapłacić w terminie – złóż wniosek, zanim termin minie.",
        "audience": "Dla podatników w trudnej sytuacji",
        "fee": "Bez opłat; może być naliczona opłata prolongacyjna",
        "handling_time": "Do 1 miesiąca, w sprawach trudnych do 2 miesięcy",
        "documents": "Wniosek z uzasadnieniem\nDokumenty o dochodach i wydatkach",
        "legal_basis": "Art. 67a i 67b Ordynacji podatkowej",
        "channel": _DESK,
        "unit": _TAXES,
    },
    {
        "slug": "zaswiadczenie-o-niezaleganiu",
        "title": "Zaświadczenie o niezaleganiu w podatkach lokalnych",
        "summary": "Potwierdzenie dla banku, notariusza albo do przetargu.",
        "audience": "Dla podatników i ich pełnomocników",
        "fee": "21 zł opłaty skarbowej",
        "handling_time": "Do 7 dni",
        "documents": "Wniosek\nDowód zapłaty opłaty skarbowej\nPełnomocnictwo, jeśli działasz za kogoś",
        "legal_basis": "Art. 306a i 306e Ordynacji podatkowej",
        "channel": _DESK,
        "unit": _TAXES,
    },
    {
        "slug": "deklaracja-odpadowa",
        "title": "Deklaracja o opłacie za odpady (DO-1)",
        "summary": "Pierwsza deklaracja albo zmiana liczby osób w gospodarstwie.",
        "audience": "Dla właścicieli domów i zarządców budynków",
        "fee": "Bez opłat",
        "handling_time": "Złóż w ciągu 14 dni od zamieszkania, a zmianę – do 10. dnia następnego miesiąca",
        "documents": "Formularz DO-1",
        "legal_basis": "Art. 6m ustawy o utrzymaniu czystości i porządku w gminach",
        "channel": _DESK,
        "unit": _UTILITIES,
    },
    {
        "slug": "zezwolenie-na-alkohol",
        "title": "Zezwolenie na sprzedaż alkoholu",
        "summary": "Nowe zezwolenie dla sklepu albo lokalu gastronomicznego.",
        "audience": "Dla przedsiębiorców",
        "fee": "Od 525 zł do 2100 zł w pierwszym roku, zależnie od kategorii",
        "handling_time": "Do 1 miesiąca",
        "documents": "Wniosek\nTytuł prawny do lokalu\nDecyzja sanepidu\nZgoda właściciela budynku "
        "wielorodzinnego",
        "legal_basis": "Art. 18 ustawy o wychowaniu w trzeźwości i przeciwdziałaniu alkoholizmowi",
        "channel": _DESK,
        "unit": _CITIZENS,
    },
    {
        "slug": "dzierzawa-gruntu",
        "title": "Dzierżawa gruntu miejskiego",
        "summary": "Ogródek, grunt pod garaż lub kiosk. Zacznij od sprawdzenia, co jest do wydzierżawienia.",
        "audience": "Dla mieszkańców i przedsiębiorców",
        "fee": "Czynsz według umowy",
        "handling_time": "Do 2 miesięcy; wykaz gruntu wisi 21 dni",
        "documents": "Wniosek z numerem działki\nSzkic położenia",
        "legal_basis": "Art. 35 i 37 ustawy o gospodarce nieruchomościami",
        "channel": _PORTAL,
        "url_name": "registers:property_list",
        "unit": _LAND,
    },
    {
        "slug": "informacja-publiczna",
        "title": "Wniosek o informację publiczną",
        "summary": "Zapytaj o to, czego nie ma w rejestrach i w Biuletynie Informacji Publicznej.",
        "audience": "Dla każdego, bez podawania powodu",
        "fee": "Bez opłat; można doliczyć tylko dodatkowe koszty",
        "handling_time": "Do 14 dni",
        "documents": "Treść pytania i adres, na który mamy odpowiedzieć",
        "legal_basis": "Art. 10 i 13 ustawy o dostępie do informacji publicznej",
        "channel": _DESK,
        "unit": "Wydział Organizacyjny",
    },
    {
        "slug": "meldunek",
        "title": "Zameldowanie i wymeldowanie",
        "summary": "Zgłosisz w ogólnopolskim serwisie albo w urzędzie.",
        "audience": "Dla mieszkańców",
        "fee": "Bez opłat; zaświadczenie o zameldowaniu czasowym 17 zł",
        "handling_time": "Od ręki, gdy dokumenty są kompletne",
        "documents": "Dowód osobisty\nTytuł prawny do mieszkania",
        "legal_basis": "Art. 24–33 ustawy o ewidencji ludności",
        "channel": _EXTERNAL,
        "external_url": "https://www.gov.pl/web/gov/zamelduj-sie-na-pobyt-staly-dluzszy-niz-3-miesiace",
        "unit": _CITIZENS,
    },
)


def load(today: date) -> int:
    """Describe the services; the same ones every time. Returns how many."""
    for order, service in enumerate(_SERVICES, start=1):
        defaults = {name: value for name, value in service.items() if name != "slug"}
        Service.objects.update_or_create(slug=service["slug"], defaults={**defaults, "order": order * 10})
    return len(_SERVICES)
