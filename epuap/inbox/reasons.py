"""Why something waits for a clerk, and what to do about it, in plain words. Rooms above add their own codes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

_reasons: dict[str, Any] = {
    "": _("Nikt w systemie nie obsługuje takich pism. Przeczytaj treść i załatw sprawę poza portalem."),
    "malformed": _("Plik nie jest pismem XML. Pobierz go i sprawdź, co to jest, na bezpiecznym komputerze."),
    "encoding": _("Pismo zapisano w nieobsługiwanym kodowaniu znaków. Pobierz plik i przeczytaj go ręcznie."),
    "doctype": _("Pismo zawiera zabronioną deklarację DOCTYPE. Nie otwieraj go; poproś nadawcę o nowe."),
    "too_big": _("Pismo jest za duże dla systemu. Pobierz plik i załatw sprawę poza portalem."),
    "too_many_nodes": _("Pismo jest zbyt złożone. Pobierz plik i załatw sprawę poza portalem."),
    "too_deep": _("Pismo jest zbyt złożone. Pobierz plik i załatw sprawę poza portalem."),
    "worker_lost": _(
        "Program kilka razy przerwał pracę nad tą pozycją. Spróbuj ponownie; jeśli to nie pomoże, powiadom "
        "administratora."
    ),
    "database": _("Baza danych nie odpowiadała. Spróbuj ponownie."),
    "receipt.unmatched": _(
        "To urzędowe poświadczenie odbioru, ale nie dotyczy żadnego pisma wysłanego z portalu. Dołącz je do "
        "sprawy, której dotyczy."
    ),
    "receipt.other_document": _(
        "Poświadczenie wskazuje nasze pismo, ale potwierdza inny dokument. Nie dołączono go. Wyjaśnij to z "
        "operatorem ePUAP."
    ),
    "receipt.other_kind": _(
        "To poświadczenie innego rodzaju niż to, na które czeka pismo. Sprawdź je ręcznie."
    ),
    "receipt.ambiguous": _(
        "Poświadczenie pasuje do kilku jednakowych pism. Sprawdź w treści, komu je doręczono, i dołącz ręcznie."
    ),
    "receipt.another": _("To pismo ma już inne poświadczenie. Porównaj oba."),
    "receipt.bad_signature": _(
        "Pieczęć poświadczenia nie jest prawdziwa albo system nie zna jej certyfikatu. Nie polegaj na nim; "
        "powiadom administratora."
    ),
    "receipt.unsigned": _("Poświadczenie nie ma pieczęci, więc niczego nie potwierdza."),
    "receipt.unbound": _("Poświadczenie nie wskazuje żadnego dokumentu, więc niczego nie potwierdza."),
    "receipt.unreadable": _("Poświadczenia nie da się odczytać. Pobierz plik i sprawdź go ręcznie."),
    "receipt.soap.settings": _("Brakuje certyfikatu pieczęci ePUAP w ustawieniach. Powiadom administratora."),
    "soap.settings": _("Brakuje ustawień połączenia z ePUAP. Powiadom administratora."),
    "file.foreign_address": _(
        "Załącznik leży poza repozytorium plików ePUAP, więc system go nie pobrał. Poproś nadawcę o przysłanie "
        "pliku."
    ),
    "file.taken": _(
        "Ten plik pobrano już przy innym piśmie. Poszukaj tam; repozytorium wydaje go tylko raz."
    ),
    "file.too_many": _("Pismo wskazuje zbyt wiele dużych załączników. Poproś nadawcę o mniej plików."),
    "soap.too_big": _(
        "Plik jest większy niż dopuszcza system. Powiadom administratora albo poproś o mniejszy."
    ),
    "soap.timeout": _("ePUAP nie odpowiedział na czas. Spróbuj ponownie."),
    "soap.not_sent": _("Nie udało się połączyć z ePUAP. Spróbuj ponownie."),
}
_BY_PREFIX: tuple[tuple[str, Any], ...] = (
    ("epuap.", _("ePUAP odmówił (kod %(code)s). Sprawdź uwagę i, gdy przyczyna ustąpi, spróbuj ponownie.")),
    ("soap.", _("Odpowiedź ePUAP była niepełna albo nieprawdziwa (%(code)s). Spróbuj ponownie.")),
    ("", _("Nie udało się tego załatwić automatycznie (%(code)s). Przeczytaj treść albo spróbuj ponownie.")),
)


def add(reasons: Mapping[str, Any]) -> None:
    """Add sentences for codes of a room above: code to (lazy) text."""
    _reasons.update(reasons)


def explain(code: str) -> str:
    """A sentence for a clerk: why, and what to do."""
    if code in _reasons:
        return str(_reasons[code])
    sentence = next(text for prefix, text in _BY_PREFIX if code.startswith(prefix))
    return str(sentence) % {"code": code}
