"""The words for each answer of the page that checks receipts."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Text:
    """What was found in one line, why, and what to do."""

    headline: str
    why: str
    advice: str


def text_of(code: str, *, signer: str = "") -> Text:
    """Return the words for the code of an answer; `signer` is who signed a delivery receipt."""
    about = code.endswith("_about")
    found = _texts(signer)[code.removesuffix("_about")]
    if not about:
        return found
    return Text(
        found.headline,
        _("%(why)s Dotyczy dokładnie tego dokumentu, który jest przesłany razem z nim.") % {"why": found.why},
        _("Nic więcej nie trzeba sprawdzać. Przechowuj oba pliki razem i nie zmieniaj ich."),
    )


def _texts(signer: str) -> dict[str, Text]:
    genuine = _("Poświadczenie jest prawdziwe")
    keep = _(
        "Przechowuj plik XML bez zmian. Jeśli chcesz sprawdzić, którego dokumentu dotyczy, prześlij oba pliki razem."
    )
    ask = _("Nie opieraj się na tym pliku. Poproś o poświadczenie tego, kto je wystawił, albo zapytaj urząd.")
    right_file = _("Prześlij plik XML poświadczenia, dokładnie taki, jak go pobrano. Z wydruku wpisz kod.")
    not_ours = _("Nie możemy tego potwierdzić")
    return {
        "kept": Text(
            genuine,
            _("Wystawił je ten urząd, a jego pieczęć elektroniczna jest prawidłowa."),
            _("Porównaj dane i skróty SHA-256 z tym, co masz. Jeśli się różnią, prześlij niżej plik XML."),
        ),
        "own": Text(
            genuine,
            _("Wystawił je ten urząd, a jego pieczęć jest prawidłowa: nikt niczego nie zmienił."),
            keep,
        ),
        "epuap": Text(
            genuine, _("Wystawił je ePUAP, a jego pieczęć jest prawidłowa: nikt niczego nie zmienił."), keep
        ),
        "signed": Text(
            genuine,
            _("Odbiór potwierdza podpisem: %(signer)s. Nikt niczego nie zmienił.") % {"signer": signer},
            _("Sprawdź, czy to adresat albo osoba, która go reprezentuje. Przechowuj plik XML bez zmian."),
        ),
        "no_such_code": Text(
            _("Nie ma poświadczenia z takim kodem"),
            _("Ten urząd nie wystawił poświadczenia z tym kodem."),
            _(
                "Sprawdź, czy każdy znak jest przepisany dobrze. Jeśli tak, nie ufaj temu wydrukowi i zapytaj urząd. "
                "Poświadczenia z ePUAP nie mają kodu – prześlij niżej ich plik XML."
            ),
        ),
        "kept_refused": Text(
            _("Tego poświadczenia nie można potwierdzić"),
            _("Zapis w rejestrze urzędu nie przechodzi sprawdzenia pieczęci."),
            _("Skontaktuj się z urzędem i podaj kod poświadczenia."),
        ),
        "changed": Text(
            _("Poświadczenie jest zmienione albo podrobione"),
            _("Podpis nie zgadza się z treścią pliku."),
            ask,
        ),
        "forged": Text(
            _("Poświadczenie jest podrobione"),
            _("Ten urząd wystawił poświadczenie o takim identyfikatorze, ale ten plik ma inną pieczęć."),
            ask,
        ),
        "unsigned": Text(
            _("To nie jest poświadczenie"),
            _("Plik nie ma podpisu ani pieczęci, więc niczego nie dowodzi."),
            ask,
        ),
        "unbound": Text(
            _("To nie jest poświadczenie"),
            _("Podpis nie obejmuje żadnego dokumentu, więc niczego nie dowodzi."),
            ask,
        ),
        "distrusted": Text(
            _("Podpis jest nieważny"),
            _("Certyfikat, którym podpisano poświadczenie, unieważniono przed podpisaniem."),
            ask,
        ),
        "other_document": Text(
            _("Poświadczenie dotyczy innego dokumentu"),
            _("Przesłany dokument nie jest tym, który obejmuje podpis poświadczenia."),
            _("Prześlij dokument dokładnie taki, jaki złożono: plik podpisany, nie jego kopię ani wydruk."),
        ),
        "seal_not_valid_then": Text(
            not_ours,
            _("Pieczęć jest prawidłowa, ale jej certyfikat nie był ważny w podanej chwili."),
            _("Zapytaj urząd, czy wystawił to poświadczenie."),
        ),
        "foreign": Text(
            not_ours,
            _("Plik nie jest uszkodzony, ale pieczęci nie złożył ani ten urząd, ani ePUAP."),
            _("Sprawdź poświadczenie u tego, kto je wystawił."),
        ),
        "signer_unknown": Text(
            not_ours,
            _("Plik nie jest uszkodzony, ale nie znamy wystawcy certyfikatu, którym go podpisano."),
            _("Sprawdź podpis w programie do weryfikacji podpisu kwalifikowanego albo zapytaj urząd."),
        ),
        "pdf": Text(
            _("To jest wydruk, nie poświadczenie"), _("Plik PDF nie ma pieczęci urzędu."), right_file
        ),
        "no_xml": Text(
            _("Nie możemy odczytać tego pliku"), _("To nie jest plik XML albo jest uszkodzony."), right_file
        ),
        "unsafe": Text(
            _("Nie otwieramy tego pliku"),
            _("Jest zbudowany tak, jak poświadczenia nigdy nie są: ma definicję typu albo jest za duży."),
            right_file,
        ),
        "no_receipt": Text(
            _("To inny plik, nie poświadczenie"),
            _("W pliku nie ma poświadczenia przedłożenia (UPP) ani doręczenia (UPD) albo jest niepełne."),
            right_file,
        ),
        "unavailable": Text(
            _("Nie możemy teraz sprawdzić poświadczenia"),
            _("Brakuje certyfikatów, z którymi porównujemy pieczęcie. To nasza wina, nie Twojego pliku."),
            _("Spróbuj później albo zapytaj urząd."),
        ),
    }
