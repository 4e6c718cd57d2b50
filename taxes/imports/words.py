"""Problems of a file in words: what is wrong and what to do about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from taxes.imports.problems import MOST, Problem

_WORDS: dict[str, Any] = {
    # the file
    "no_file": gettext_lazy("Nie ma takiego pliku ani folderu. Sprawdź ścieżkę."),
    "empty_file": gettext_lazy("Plik jest pusty. Wyeksportuj go jeszcze raz."),
    "too_big": gettext_lazy(
        "Plik jest za duży. Podziel eksport albo poproś administratora o zwiększenie limitu."
    ),
    "unknown_file": gettext_lazy("Nieznany plik „%(value)s”. Usuń z paczki wszystko poza plikami kontraktu."),
    "bad_zip": gettext_lazy(
        "Archiwum ZIP jest uszkodzone albo zaszyfrowane. Spakuj pliki jeszcze raz, bez hasła."
    ),
    "zip_bomb": gettext_lazy(
        "Archiwum rozpakowuje się do podejrzanie dużego rozmiaru. Spakuj pliki jeszcze raz."
    ),
    "no_envelope": gettext_lazy(
        "Brak nagłówka kontraktu na początku. Pierwszy wiersz (w CSV: plik envelope.csv) mówi, czyj to plik."
    ),
    "schema": gettext_lazy("Nieznana wersja kontraktu. Obsługiwana jest eurzad-ledger/1."),
    "teryt": gettext_lazy("Kod TERYT gminy ma 7 cyfr."),
    "municipality": gettext_lazy(
        "To plik innej gminy: podano TERYT %(value)s, a portal należy do %(detail)s. Wyślij właściwy plik."
    ),
    "source": gettext_lazy("System źródłowy „%(value)s” nie jest tu zarejestrowany albo został wyłączony."),
    "source_differs": gettext_lazy(
        "Plik podaje system „%(value)s”, a wysłano go kluczem systemu „%(detail)s”."
    ),
    "sequence_differs": gettext_lazy("Plik ma numer %(value)s, a podpisane żądanie numer %(detail)s."),
    "digest": gettext_lazy(
        "Suma kontrolna SHA-256 się nie zgadza: plik jest ucięty albo zmieniony. Wyeksportuj i wyślij go od nowa."
    ),
    "envelope_digest": gettext_lazy(
        "Suma kontrolna nagłówka się nie zgadza: nagłówek zmieniono po drodze albo policzono ją inaczej, niż mówi "
        "opis kontraktu (Envelope). Wyeksportuj i wyślij plik od nowa."
    ),
    "charset": gettext_lazy(
        "Nie da się rozpoznać kodowania znaków. Zapisz plik w UTF-8 albo podaj w nagłówku encoding: cp1250 lub cp852."
    ),
    "line_too_long": gettext_lazy("Wiersz jest dłuższy niż 1 MB. Jeden wiersz to jeden rekord."),
    "not_json": gettext_lazy("To nie jest poprawny JSON. Każdy wiersz to jeden obiekt JSON."),
    "not_object": gettext_lazy("Powinien tu być obiekt JSON z polami rekordu."),
    "not_list": gettext_lazy("Powinna tu być lista."),
    "too_deep": gettext_lazy("Zbyt głęboko zagnieżdżony JSON. Rekord ma najwyżej dwa poziomy."),
    "duplicate_key": gettext_lazy("Ta sama nazwa pola występuje dwa razy. Zostaw jedną."),
    "float": gettext_lazy(
        'Liczba „%(value)s” zapisana bez cudzysłowu. Kwoty zapisuj jako tekst, np. "12.50".'
    ),
    "not_csv": gettext_lazy("To nie jest poprawny CSV: sprawdź cudzysłowy. Pola rozdziela średnik."),
    "columns": gettext_lazy("Inna liczba pól niż w nagłówku. Sprawdź średniki i cudzysłowy."),
    "unknown_column": gettext_lazy("Nieznana albo powtórzona kolumna „%(field)s”. Usuń ją."),
    "missing_column": gettext_lazy("Brak wymaganej kolumny „%(field)s”. Dodaj ją."),
    "out_of_turn": gettext_lazy(
        "Wiersz należy do rekordu, którego nie ma albo jest w innym miejscu. Ułóż wiersze w kolejności rekordów."
    ),
    "bad_counts": gettext_lazy(
        "Liczby rekordów to nieujemne liczby całkowite dla znanych rodzajów rekordów."
    ),
    "bad_totals": gettext_lazy("Podaj wszystkie sumy kontrolne jako tekst z dwoma miejscami po kropce."),
    "bad_digest": gettext_lazy("Suma SHA-256 to 64 cyfry szesnastkowe, małymi literami."),
    "counts": gettext_lazy(
        "Nagłówek zapowiada %(value)s rekordów, a w pliku jest ich %(detail)s. Wyeksportuj plik od nowa."
    ),
    "totals": gettext_lazy(
        "Suma kontrolna w nagłówku to %(value)s zł, a suma z rekordów %(detail)s zł. Wyeksportuj plik od nowa."
    ),
    # sequence
    "sequence_older": gettext_lazy(
        "Plik nr %(value)s jest starszy: wczytano już nr %(detail)s. Wyślij nowszy."
    ),
    "sequence_reused": gettext_lazy(
        "Pod numerem %(value)s wczytano już plik o innej treści. Nadaj nowemu plikowi kolejny numer."
    ),
    "sequence_gap": gettext_lazy(
        "Luka w numeracji: ostatni wczytany plik ma nr %(detail)s, a ten wskazuje jako poprzedni %(value)s. "
        "Wyślij brakujące pliki po kolei."
    ),
    "delta_first": gettext_lazy("Nie ma jeszcze pełnego stanu. Pierwszy plik musi być pełny (kind: full)."),
    "superseded": gettext_lazy("Nowszy plik przyszedł przed zatwierdzeniem. Ten nie zostanie już wczytany."),
    # values
    "unknown_type": gettext_lazy("Nieznany rodzaj rekordu „%(value)s”. Rodzaje wymienia opis kontraktu."),
    "wrong_order": gettext_lazy("Rekord nie na swoim miejscu. Ułóż rodzaje rekordów w kolejności kontraktu."),
    "tombstone_in_full": gettext_lazy(
        "W pełnym pliku nie ma rekordów usunięcia: czego w nim nie ma, tego nie ma."
    ),
    "missing": gettext_lazy("Brak wymaganej wartości. Uzupełnij ją."),
    "null": gettext_lazy("Zamiast null pomiń pole."),
    "unknown_field": gettext_lazy("Nieznane pole. Usuń je albo popraw nazwę."),
    "no_instalments": gettext_lazy("Należność bez rat. Podaj co najmniej jedną ratę."),
    "not_text": gettext_lazy("Powinien tu być niepusty tekst."),
    "empty": gettext_lazy("Pusty tekst. Uzupełnij go albo pomiń pole."),
    "too_long": gettext_lazy("Tekst jest za długi. Skróć go do długości z opisu kontraktu."),
    "control": gettext_lazy("Tekst zawiera znaki sterujące lub niewidoczne. Usuń je."),
    "leading_space": gettext_lazy("Tekst zaczyna się od spacji. Usuń ją."),
    "formula": gettext_lazy("Tekst zaczyna się jak formuła arkusza (=, +, -, @). Popraw dane u źródła."),
    "amount_not_text": gettext_lazy('Kwoty i stawki zapisuj jako tekst, np. "12.50".'),
    "not_amount": gettext_lazy("„%(value)s” nie jest kwotą. Zapisz ją jak 1234.50: kropka, bez spacji."),
    "decimals": gettext_lazy("Kwota „%(value)s” musi mieć dokładnie dwa miejsca po kropce."),
    "negative": gettext_lazy(
        "Kwota „%(value)s” jest ujemna. Zmniejszenia podaje się osobnym wpisem (entry)."
    ),
    "not_positive": gettext_lazy("Kwota musi być większa od zera."),
    "too_large": gettext_lazy("Kwota „%(value)s” jest większa, niż mieści księga."),
    "not_decimal": gettext_lazy("„%(value)s” nie jest liczbą z najwyżej czterema miejscami po kropce."),
    "not_date": gettext_lazy("„%(value)s” nie jest datą. Zapisz ją jak 2026-05-15."),
    "date_too_early": gettext_lazy("Data „%(value)s” jest sprzed 1990 roku. Popraw ją."),
    "not_moment": gettext_lazy("Chwila bez strefy albo błędna. Zapisz ją jak 2026-11-23T02:00:00+01:00."),
    "before": gettext_lazy("Data „%(value)s” jest wcześniejsza niż %(detail)s. Popraw jedną z nich."),
    "not_whole": gettext_lazy("Powinna tu być liczba całkowita (w JSON bez cudzysłowu)."),
    "out_of_range": gettext_lazy("Liczba „%(value)s” jest poza dozwolonym zakresem."),
    "not_flag": gettext_lazy("Powinno tu być true albo false."),
    "unknown_value": gettext_lazy(
        "Nieznana wartość „%(value)s”. Dozwolone wartości wymienia opis kontraktu."
    ),
    "not_id": gettext_lazy(
        "To nie jest identyfikator kontraktu: 1–60 znaków spośród liter, cyfr i . _ / : -"
    ),
    "not_uuid": gettext_lazy("To nie jest identyfikator płatności z portalu (UUID)."),
    "not_postcode": gettext_lazy("Kod pocztowy zapisz jak 00-000."),
    "not_code": gettext_lazy("Kod do zapłaty ma 4–20 wielkich liter i cyfr."),
    "check_digit": gettext_lazy("Zła długość albo cyfra kontrolna. Sprawdź numer u źródła."),
    "duplicate_id": gettext_lazy("Ten identyfikator już wystąpił. Każdy rekord ma własny."),
    "duplicate_number": gettext_lazy("Ten numer ma już inny rekord. Popraw jeden z nich."),
    "unknown_reference": gettext_lazy(
        "Rekord wskazuje na „%(value)s”, którego nie ma. Dodaj go wcześniej w pliku."
    ),
    "unknown_kind": gettext_lazy("Portal nie zna rodzaju należności „%(value)s”. Dodaje go administrator."),
    "terms_differ": gettext_lazy(
        "Plik podaje „%(value)s”, a portal ma dla tego rodzaju „%(detail)s”. Uzgodnij ustawienie rodzaju należności."
    ),
    "not_for_kind": gettext_lazy("Tego pola nie ma przy takim rodzaju (kind). Usuń je albo popraw rodzaj."),
    "sum_instalments": gettext_lazy("Kwota za rok to %(value)s zł, a suma rat %(detail)s zł."),
    "sum_paid": gettext_lazy("Zapłacono %(value)s zł, a suma z rat to %(detail)s zł."),
    "sum_reduced": gettext_lazy("Zmniejszono o %(value)s zł, a suma z rat to %(detail)s zł."),
    "sum_components": gettext_lazy("Kwota za rok to %(value)s zł, a suma składników %(detail)s zł."),
    "balance": gettext_lazy("Saldo to %(value)s zł, a kwota bez zapłaconej części daje %(detail)s zł."),
    "status_and_balance": gettext_lazy("Stan „%(value)s” nie zgadza się z saldem: zapłacona ma saldo 0.00."),
    "split": gettext_lazy("Podział nie zgadza się z kwotą: %(value)s zł wobec %(detail)s zł."),
    "taken_number": gettext_lazy(
        "Numer „%(value)s” ma już w portalu kartoteka spoza tego pliku. Sprawdź, czy nie wczytano jej z innego systemu."
    ),
    "conflict": gettext_lazy(
        "Dane pliku kłócą się z tym, co jest w portalu (%(detail)s). Przekaż ten opis administratorowi."
    ),
    "unknown_payment": gettext_lazy(
        "Portal nie zna płatności „%(value)s” dla tego systemu. Sprawdź jej numer."
    ),
    "payment_resolved": gettext_lazy(
        "Płatność „%(value)s” już rozstrzygnięto. Odpowiedź musi się z tym zgadzać."
    ),
    "taken_in_future": gettext_lazy("Chwila stanu jest w przyszłości. Sprawdź zegar systemu dziedzinowego."),
    "older_snapshot": gettext_lazy("Stan w pliku jest starszy niż już wczytany. Wyślij nowszy."),
}


def sentence(problem: Problem | Mapping[str, Any]) -> str:
    """Return what is wrong and what to do, in words."""
    values = problem.as_dict() if isinstance(problem, Problem) else dict(problem)
    words = _WORDS.get(str(values["code"]))
    return str(words) % values if words else _("Plik nie zgadza się z opisem kontraktu.")


def place(problem: Problem | Mapping[str, Any]) -> str:
    """Return where it is: file, line, field."""
    values = problem.as_dict() if isinstance(problem, Problem) else dict(problem)
    parts = [str(values["file"])] if values["file"] else []
    if values["line"]:
        parts.append(_("wiersz %(line)s") % values)
    if values["field"]:
        parts.append(_("pole %(field)s") % values)
    return ", ".join(parts)


def table_name(table: str) -> str:
    """Return what the rows of a table are called."""
    found = next((model for model in apps.get_models() if model._meta.db_table == table), None)
    return str(found._meta.verbose_name_plural) if found is not None else table


def lines(problems: Iterable[Problem | Mapping[str, Any]], count: int) -> list[str]:
    """Return the report, a line each, and how many more problems there are."""
    told = []
    for problem in problems:
        where = place(problem)
        told.append(f"{where}: {sentence(problem)}" if where else sentence(problem))
    if count > MOST:
        more = count - MOST
        told.append(
            ngettext("i jeszcze %(more)d problem.", "i jeszcze %(more)d problemów.", more) % {"more": more}
        )
    return told


def known_codes() -> frozenset[str]:
    """Codes that have words."""
    return frozenset(_WORDS)
