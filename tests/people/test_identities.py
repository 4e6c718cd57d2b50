"""Who is the same person, and who is not."""

from datetime import date

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from eurzad.lib import clock
from eurzad.lib.identifiers import IdentifierError
from eurzad.lib.personas import ANNA
from portal.people import pii, services
from portal.people.models import Identity, User
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db

FOREIGN = "CZ/PL/0123456789"
ANNAS = {
    "scheme": "pesel", "identifier": ANNA.pesel, "given_name": "Anna", "family_name": "Wrzos",
    "birth_date": ANNA.birth_date,
}  # fmt: skip
HERS = {
    "scheme": "eidas", "identifier": FOREIGN, "given_name": "Jana", "family_name": "Wrzos", "birth_date": None
}  # fmt: skip


def test_the_same_number_is_the_same_account_whoever_vouches() -> None:
    first = services.sign_in_identity(**ANNAS)
    second = services.sign_in_identity(**(ANNAS | {"given_name": "Anna Maria"}))
    assert first.pk == second.pk
    assert Identity.objects.get().given_name == User.objects.get().first_name == "Anna Maria"
    assert SocialAccount.objects.get().uid == str(first.public_id)


@pytest.mark.parametrize("other", [{"identifier": "CZ/PL/0123456780"}, {"identifier": "SK/PL/0123456789"},
                                   {"identifier": "CZ/PL/" + ANNA.pesel}])  # fmt: skip
def test_another_identifier_is_another_account(other: dict[str, str]) -> None:
    people = [services.sign_in_identity(**one) for one in (ANNAS, HERS, HERS | other)]
    assert len({identity.pk for identity in people}) == 3
    assert User.objects.count() == SocialAccount.objects.count() == 3


def test_upper_and_lower_case_of_an_eidas_identifier_differ() -> None:
    pair = [services.sign_in_identity(**(HERS | {"identifier": f"DE/PL/{end}"})) for end in ("aB", "Ab")]
    assert pair[0].pk != pair[1].pk


def test_a_fingerprint_in_one_scheme_is_none_in_another() -> None:
    assert pii.fingerprint("pesel", ANNA.pesel) != pii.fingerprint("eidas", ANNA.pesel)


def test_the_database_keeps_one_row_of_a_number() -> None:
    identity = services.get_or_create_identity(**ANNAS)
    same = {"given_name": "A", "family_name": "B", "encrypted_identifier": "x", "created_at": clock.now()}
    Identity.objects.create(scheme="eidas", fingerprint=identity.fingerprint, **same)
    for scheme in ("pesel", "nip"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Identity.objects.create(scheme=scheme, fingerprint=identity.fingerprint, **same)


def test_a_pesel_carries_its_birth_date() -> None:
    assert services.get_or_create_identity(**(ANNAS | {"birth_date": None})).birth_date == ANNA.birth_date


def test_a_birth_date_that_contradicts_the_pesel_is_refused() -> None:
    for known in (False, True):
        with pytest.raises(IdentifierError, match="birth_date"):
            services.sign_in_identity(**(ANNAS | {"birth_date": date(1869, 4, 12), "given_name": "Ola"}))
        assert Identity.objects.filter(given_name="Anna").exists() is known
        services.sign_in_identity(**ANNAS)
    assert not Identity.objects.filter(given_name="Ola").exists()


def test_a_missing_birth_date_is_filled_and_then_kept(caplog: pytest.LogCaptureFixture) -> None:
    assert services.get_or_create_identity(**HERS).birth_date is None
    for verified in (date(1870, 1, 2), None, date(1870, 2, 1)):
        services.get_or_create_identity(**(HERS | {"birth_date": verified}))
        assert Identity.objects.get().birth_date == date(1870, 1, 2)
    (line,) = caplog.messages
    assert str(Identity.objects.get().public_id) in line and "1870" not in line and "Wrzos" not in line


@pytest.mark.parametrize(
    ("scheme", "identifier"),
    [
        ("pesel", ""), ("pesel", "68841212045"), ("pesel", "٦٨٨٤١٢١٢٠٤٤"), ("pesel", FOREIGN), ("eidas", ""),
        ("eidas", ANNA.pesel), ("eidas", "CZ/PL/"), ("eidas", "CZ/DE/1"), ("eidas", "cz/PL/1"), ("eidas", "CZ/PL/1 2"),
        ("eidas", "CZ/PL/1\n"), ("eidas", "CZ/PL/ż"), ("eidas", "CZ/PL/" + "1" * 250), ("demo", ANNA.pesel),
        ("nip", "9990101028"), ("", ANNA.pesel),
    ],
)  # fmt: skip
def test_what_is_no_identifier_is_refused(scheme: str, identifier: str) -> None:
    with pytest.raises(IdentifierError):
        services.sign_in_identity(
            **(ANNAS | {"scheme": scheme, "identifier": identifier, "birth_date": None})
        )
    assert not Identity.objects.exists() and not User.objects.exists()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("68841212044", "•••••••2044"), ("DE/PL/ab-12345", "DE/PL/••••2345"), ("DE/PL/1234", "DE/PL/••••"),
        ("1234", "••••"), ("", ""),
    ],
)  # fmt: skip
def test_masks(value: str, shown: str) -> None:
    assert pii.mask(value) == shown


def test_a_foreign_person_has_an_account(pages: PageClient) -> None:
    services.sign_in_identity(**HERS)
    page = pages.get("/konto/", user=User.objects.get()).content.decode()
    assert "Jana" in page
    assert FOREIGN not in page
