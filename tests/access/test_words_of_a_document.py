"""What a document says is shown in words a person uses, not in names of fields or capitals."""

import pytest

from portal.access.models import AccessApplication
from portal.access.selectors import address_line, application_summary, certificate_words, written_address
from portal.people import pii


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (
            "2.5.4.5=••••7229,2.5.4.4=WRZOS,2.5.4.42=ANNA,CN=ANNA WRZOS,C=PL",
            "Anna Wrzos, PL, numer ••••7229",
        ),
        ("O=Minister,CN=Pieczęć podpisu zaufanego,C=PL", "Pieczęć podpisu zaufanego, Minister, PL"),
        ("2.5.4.97=VATPL-1", "2.5.4.97=VATPL-1"),
        ("no name at all", "no name at all"),
        ("", ""),
    ],
)
def test_a_certificate_is_told_in_words(subject: str, words: str) -> None:
    assert certificate_words(subject) == words


def test_an_address_without_streets_begins_with_the_place() -> None:
    application = AccessApplication(building="5", flat="2", postal_code="99-901", city="Dębowiec")
    assert written_address(application) == "Dębowiec 5/2, 99-901 Dębowiec"
    assert address_line(application) == "5/2, 99-901 Dębowiec", "compared with the register of subjects"
    application.street = "Lipowa"
    assert written_address(application) == "Lipowa 5/2, 99-901 Dębowiec"


def test_a_name_in_capitals_is_shown_as_people_write_it() -> None:
    application = AccessApplication(
        given_name="ANNA",
        family_name="WRZOS-MŁOT",
        identifier_scheme="pesel",
        identifier_encrypted=pii.encrypt("68841212044"),
    )
    assert "Anna Wrzos-Młot" in [value for _label, value in application_summary(application)]
