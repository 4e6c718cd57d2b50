"""The invented people: valid numbers, and nobody's."""

from eurzad.lib import identifiers, personas
from eurzad.lib.personas import BAKERY, BY_KEY, CLERKS, RESIDENTS, WITH_ACCOUNT


def test_pesel_is_valid_says_the_birth_date_and_belongs_to_nobody_living() -> None:
    for person in BY_KEY.values():
        assert identifiers.clean_pesel(person.pesel) == person.pesel
        assert identifiers.pesel_birth_date(person.pesel) == person.birth_date
        assert 1800 <= person.birth_date.year < 1900


def test_pesel_says_the_sex_of_the_given_name() -> None:
    for person in BY_KEY.values():
        is_woman = person.given_name.endswith("a") and person.given_name != "Barnaba"
        assert (int(person.pesel[9]) % 2 == 0) == is_woman, person.key


def test_everybody_is_somebody_else() -> None:
    everybody = list(BY_KEY.values())
    assert {*RESIDENTS, *CLERKS} < set(everybody)
    for field in ("pesel", "epuap_login", "full_name", "email"):
        assert len({getattr(person, field) for person in everybody}) == len(everybody)
    assert set(WITH_ACCOUNT) < set(RESIDENTS)
    assert all(BY_KEY[person.key] is person for person in everybody)


def test_e_mail_reaches_nobody() -> None:
    assert all(person.email.endswith("@example.test") for person in BY_KEY.values())


def test_company_has_numbers_that_pass_their_checks() -> None:
    assert identifiers.clean_nip(BAKERY.nip) == BAKERY.nip
    assert identifiers.clean_regon(BAKERY.regon) == BAKERY.regon
    assert identifiers.clean_krs(BAKERY.krs) == BAKERY.krs
    assert isinstance(BAKERY, personas.Company)
