"""Sentences of the application for access, by key."""

from datetime import date

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from eurzad.lib import dates

_NOW = {
    "draft": gettext_lazy("Teraz: Ty. Sprawdź wniosek i podpisz go, żeby trafił do urzędu."),
    "preparing": gettext_lazy(
        "Teraz: portal przygotowuje dokument do podpisu. Zajmuje to zwykle kilka sekund. "
        "Strona odświeża się sama; możesz ją też zamknąć i wrócić później."
    ),
    "unavailable": gettext_lazy(
        "Teraz: portal czeka na usługę podpisu, która chwilowo nie odpowiada. Wniosek jest zapisany, "
        "próbujemy dalej. Możesz zamknąć tę stronę i wrócić później."
    ),
    "sign": gettext_lazy("Teraz: Ty. Dokument czeka na Twój podpis."),
    "elsewhere": gettext_lazy("Teraz: Ty. Podpisz pobrany dokument w swoim programie i wgraj go z powrotem."),
    "fetching": gettext_lazy(
        "Teraz: portal odbiera podpisany dokument. Nic nie musisz robić. "
        "Strona odświeża się sama; możesz ją też zamknąć i wrócić później."
    ),
    "signature_check": gettext_lazy(
        "Teraz: portal sprawdza podpis. Nic nie musisz robić. "
        "Strona odświeża się sama; możesz ją też zamknąć i wrócić później."
    ),
    "receipt_pending": gettext_lazy(
        "Teraz: portal wystawia poświadczenie złożenia (UPP). Nic nie musisz robić. "
        "Strona odświeża się sama; możesz ją też zamknąć i wrócić później."
    ),
    "submitted": gettext_lazy("Teraz: urzędnik sprawdza wniosek. Nic nie musisz robić. Decyzja do %(date)s."),
    "overdue": gettext_lazy(
        "Teraz: urzędnik sprawdza wniosek. Decyzja miała być do %(date)s – urząd jest po terminie. "
        "Nic nie musisz robić; urzędnicy dostali przypomnienie."
    ),
    "signature_refused": gettext_lazy(
        "Teraz: Ty. Podpis nie został przyjęty. Nic nie przepadło – możesz złożyć wniosek jeszcze raz."
    ),
    "needs_correction": gettext_lazy(
        "Teraz: Ty. Urzędnik prosi o poprawienie wniosku. Masz na to czas do %(date)s."
    ),
    "corrected": gettext_lazy(
        "Ten wniosek zastąpił poprawiony wniosek %(number)s. Decyzja zapadnie w tamtym wniosku."
    ),
    "approved": gettext_lazy("Wniosek przyjęty. Masz dostęp do swoich spraw w portalu."),
    "rejected": gettext_lazy("Wniosek odrzucony. Przeczytaj uzasadnienie; możesz złożyć nowy wniosek."),
    "withdrawn": gettext_lazy("Wniosek wycofany. Nikt już nad nim nie pracuje."),
    "joined": gettext_lazy("Wniosek dołączono do wniosku %(number)s. Decyzja zapadnie w tamtym wniosku."),
}

_REFUSALS = {
    "unsigned": gettext_lazy("Dokument wrócił bez podpisu."),
    "ours_unsigned": gettext_lazy("Dokument wrócił bez podpisu."),
    "altered": gettext_lazy("Dokument, który wrócił, różni się od tego, który wysłaliśmy do podpisu."),
    "other_document": gettext_lazy("Dokument, który wrócił, różni się od tego, który wysłaliśmy do podpisu."),
    "other_signer": gettext_lazy("Dokument podpisała inna osoba niż ta, która jest zalogowana w portalu."),
    "untrusted": gettext_lazy("Nie udało się potwierdzić, kto złożył podpis."),
    "unreadable": gettext_lazy("Dokumentu, który wrócił, nie da się odczytać."),
}

_SAVED_ELSEWHERE = gettext_lazy(
    "Program zapisuje podpisany plik obok pobranego, zwykle z dopiskiem w nazwie (na przykład „podpisany” albo "
    "„signed”) albo z końcówką .xades. Wgraj właśnie ten plik."
)
_AGAIN_WITH_OUR_FILE = gettext_lazy(
    "Pobierz dokument jeszcze raz z tej strony, podpisz go bez otwierania w innych programach i wgraj wynik."
)
_OTHER_CERTIFICATE = gettext_lazy(
    "Podpisz dokument innym, ważnym certyfikatem albo wybierz podpisanie przez internet (profil zaufany)."
)
_UPLOAD_REFUSALS = {
    "ours_unsigned": (
        gettext_lazy("To jest dokument pobrany od nas – jeszcze bez podpisu."),
        _SAVED_ELSEWHERE,
    ),
    "unsigned": (gettext_lazy("W tym pliku nie ma podpisu elektronicznego."), _SAVED_ELSEWHERE),
    "altered": (
        gettext_lazy("Podpis nie pasuje do treści: plik zmieniono po podpisaniu albo jest uszkodzony."),
        _AGAIN_WITH_OUR_FILE,
    ),
    "other_document": (
        gettext_lazy("Podpisano inny dokument niż ten, który czeka na Twój podpis."),
        _AGAIN_WITH_OUR_FILE,
    ),
    "other_signer": (
        gettext_lazy("Dokument podpisała inna osoba niż ta, która jest zalogowana w portalu."),
        gettext_lazy("Podpisz dokument swoim własnym podpisem i wgraj go jeszcze raz."),
    ),
    "no_number": (
        gettext_lazy(
            "W certyfikacie podpisu nie ma numeru PESEL, więc nie możemy sprawdzić, czy to Twój podpis."
        ),
        _OTHER_CERTIFICATE,
    ),
    "no_person": (
        gettext_lazy("Z podpisu w tym pliku nie da się odczytać, kto go złożył."),
        gettext_lazy(
            "Jeśli to podpis zaufany, podpisz nim plik XML zamiast PDF albo wybierz podpisanie przez internet."
        ),
    ),
    "not_qualified": (
        gettext_lazy("Nie masz u nas numeru PESEL, dlatego potrzebny jest podpis kwalifikowany."),
        gettext_lazy("Podpisz dokument podpisem kwalifikowanym wydanym na Twoje imię i nazwisko."),
    ),
    "expired": (
        gettext_lazy("Certyfikat, którym podpisano dokument, nie był wtedy ważny."),
        _OTHER_CERTIFICATE,
    ),
    "wrong_time": (
        gettext_lazy(
            "Data podpisu jest z przyszłości – zegar w komputerze, na którym podpisano, źle chodzi."
        ),
        gettext_lazy(
            "Ustaw w komputerze właściwą datę i godzinę, podpisz dokument jeszcze raz i wgraj wynik."
        ),
    ),
    "revoked": (
        gettext_lazy("Certyfikat, którym podpisano dokument, został unieważniony."),
        _OTHER_CERTIFICATE,
    ),
    "untrusted": (
        gettext_lazy(
            "Nie udało się potwierdzić, kto złożył podpis: certyfikat nie jest podpisem kwalifikowanym, "
            "osobistym ani zaufanym, który znamy."
        ),
        _OTHER_CERTIFICATE,
    ),
    "unsupported": (
        gettext_lazy("Podpis jest zapisany w postaci, której nie przyjmujemy."),
        gettext_lazy(
            "W ustawieniach programu wybierz PAdES dla pliku PDF albo XAdES dla pliku XML i podpisz jeszcze raz."
        ),
    ),
    "unreadable": (
        gettext_lazy("Tego pliku nie da się odczytać – jest uszkodzony albo niepełny."),
        _AGAIN_WITH_OUR_FILE,
    ),
}


def now_sentence(key: str, *, due_on: date | None = None, number: str = "") -> str:
    """The sentence a status page opens with: who must act now, and by when."""
    day = dates.format_long(due_on, get_language() or "pl", weekday=True) if due_on else ""
    return str(_NOW[key]) % {"date": day, "number": number}


def upload_refusal(code: str) -> tuple[str, str]:
    """Why an uploaded file was not taken, and what to do next."""
    what, next_step = _UPLOAD_REFUSALS.get(code, _UPLOAD_REFUSALS["untrusted"])
    return str(what), str(next_step)


def refusal_sentence(code: str) -> str:
    """Why a signature was not taken, in plain words."""
    short = code.removeprefix("access.")
    return str(_REFUSALS[short]) if short in _REFUSALS else upload_refusal(short)[0]


_REMARKS = {
    "older_namespaces": gettext_lazy("formularz w starszej wersji"),
    "missing": gettext_lazy("brak pola: %(name)s"),
    "several": gettext_lazy("powtórzone pole: %(name)s"),
    "schema": gettext_lazy("pole niezgodne ze wzorem: %(name)s"),
    "bad_pesel": gettext_lazy("błędny numer PESEL"),
    "bad_identifier": gettext_lazy("nieznany rodzaj identyfikatora"),
    "bad_date": gettext_lazy("błędna data"),
    "party_unreadable": gettext_lazy(
        "reprezentowany nr %(name)s: danych nie da się odczytać, przeczytaj dokument"
    ),
    "party_left_out": gettext_lazy("reprezentowany nr %(name)s: powtórzony albo ponad limit, pominięto"),
    "no_last_day": gettext_lazy("reprezentowany nr %(name)s: bez ostatniego dnia, przyjęto rok"),
    "file_unreadable": gettext_lazy("załącznik nr %(name)s: nie da się odczytać"),
    "file_not_taken": gettext_lazy(
        "załącznik nr %(name)s: inny rodzaj pliku albo za duży, jest tylko w skrzynce ePUAP"
    ),
    "file_digest": gettext_lazy("załącznik nr %(name)s: skrót nie zgadza się z wykazem"),
    "file_missing": gettext_lazy("w wykazie jest załącznik, którego nie ma w dokumencie"),
}


_SIGNATURE_REMARKS = {
    "no_revocation_check": gettext_lazy("nie sprawdzono, czy certyfikat nie został unieważniony"),
    "revocation_checked_then": gettext_lazy(
        "certyfikat nie był unieważniony w chwili podpisu; nowszych danych nie ma"
    ),
    "expired_since": gettext_lazy("certyfikat był ważny w podanej chwili podpisu, potem stracił ważność"),
    "no_pesel": gettext_lazy("w certyfikacie nie ma numeru PESEL"),
    "countersignature": gettext_lazy("ktoś poświadczył ten podpis swoim; tego poświadczenia nie sprawdzano"),
    "timestamp_unverified": gettext_lazy("jest znacznik czasu, którego nie sprawdzano; jego daty nie użyto"),
    "signature_policy": gettext_lazy("podpis powołuje się na politykę podpisu, której nie sprawdzano"),
    "signature_policy_implied": gettext_lazy("podpis złożono według polityki wynikającej z dokumentu"),
    "number_not_compared": gettext_lazy(
        "numeru osoby nie porównano z podpisem (brak numeru PESEL) – zgadza się imię, nazwisko i, o ile jest "
        "znana, data urodzenia"
    ),
}
METHODS = {
    "trusted": gettext_lazy("podpis zaufany"),
    "qualified": gettext_lazy("podpis kwalifikowany"),
    "personal": gettext_lazy("podpis osobisty (e-dowód)"),
}
PACKAGINGS = {
    "enveloped": gettext_lazy("w pliku XML razem z wnioskiem (XAdES)"),
    "enveloping": gettext_lazy("plik XML, który obejmuje wniosek (XAdES)"),
    "detached": gettext_lazy("osobny plik podpisu obok wniosku (XAdES)"),
    "pdf": gettext_lazy("w pliku PDF razem z wnioskiem (PAdES)"),
}


def signature_remark(code: str) -> str:
    """What the clerk should know of a signature that was taken; an unknown remark stands as it is."""
    return str(_SIGNATURE_REMARKS.get(code, code))


def remark_words(code: str) -> str:
    """What is wrong with a document from ePUAP, for the clerk; ``code`` as its reader gives it."""
    kind, _separator, name = code.partition(":")
    words = _REMARKS.get(kind)
    return str(words) % {"name": name} if words else code


_FILE_REFUSALS = {
    "empty": gettext_lazy("Ten plik jest pusty. Sprawdź go na swoim urządzeniu i wybierz jeszcze raz."),
    "other": gettext_lazy(
        "To nie jest plik PDF, JPEG, PNG ani podpisany XML. Zapisz dokument jako PDF albo zrób mu zdjęcie."
    ),
    "damaged": gettext_lazy(
        "Ten plik jest uszkodzony albo niepełny. Zapisz go albo zeskanuj jeszcze raz i dodaj ponownie."
    ),
    "mixed": gettext_lazy(
        "W tym pliku jest coś jeszcze oprócz dokumentu albo zdjęcia. Zapisz go od nowa (na przykład „Drukuj do "
        "PDF”) i dodaj ponownie."
    ),
    "encrypted": gettext_lazy("Ten PDF jest zabezpieczony hasłem. Zapisz go bez hasła i dodaj ponownie."),
    "active": gettext_lazy(
        "W tym PDF jest program (skrypt), a takich plików urząd nie otwiera. Zapisz go od nowa (na przykład "
        "„Drukuj do PDF”) albo zrób zdjęcie dokumentu i dodaj ponownie."
    ),
    "unsigned": gettext_lazy(
        "Ten plik XML nie jest podpisany. Dodaj podpisany plik XML albo skan dokumentu w PDF."
    ),
    "xml": gettext_lazy("Tego pliku XML nie da się odczytać. Dodaj oryginalny, podpisany plik."),
    "too_big": gettext_lazy(
        "Ten plik jest za duży: przyjmujemy najwyżej 5 MB. Zapisz go w mniejszej rozdzielczości albo podziel."
    ),
}
_MISSING = {
    "nobody": gettext_lazy("Nie wskazano, o czyje dane prosisz. Dodaj osobę albo firmę."),
    "address": gettext_lazy(
        "Uzupełnij swój adres: numer domu, kod pocztowy (na przykład 99-901) i miejscowość."
    ),
    "document": gettext_lazy("%(name)s: brakuje dokumentu, z którego wynika Twoje prawo do działania."),
    "duty": gettext_lazy("%(name)s: nie zaznaczono nic o opłacie skarbowej."),
    "proof": gettext_lazy("%(name)s: brakuje dowodu opłaty skarbowej."),
    "past": gettext_lazy("%(name)s: ostatni dzień dostępu już minął. Wybierz późniejszy."),
}


def file_refusal(code: str) -> str:
    """Why an attachment was not taken, and what to do."""
    return str(_FILE_REFUSALS[code])


def missing_sentence(code: str, name: str = "") -> str:
    """What an application cannot be signed without."""
    return str(_MISSING[code]) % {"name": name}


def days_left_words(days: int) -> str:
    """``za 3 dni``, ``dziś``, ``2 dni po terminie``."""
    if days == 0:
        return _("dziś")
    if days > 0:
        return ngettext("za %(days)d dzień", "za %(days)d dni", days) % {"days": days}
    return ngettext("%(days)d dzień po terminie", "%(days)d dni po terminie", -days) % {"days": -days}
