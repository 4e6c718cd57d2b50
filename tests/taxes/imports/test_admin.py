"""Ledger files and keys at the desk: who may, what the pages say, what an approval asks for."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.desk import foureyes, roles
from portal.desk.roles import Role
from portal.journal.models import Record
from portal.people.models import User
from taxes.imports import broken, intake
from taxes.models import Account, LedgerImport, LedgerKey, SourceSystem
from tests.support.pages import PageClient
from tests.taxes.imports.files import load, town, written
from tests.taxes.imports.test_contract import _public

pytestmark = pytest.mark.django_db
FILES, KEYS = "/admin/taxes/ledgerimport/", "/admin/taxes/ledgerkey/"
State = LedgerImport.State


def _staff(name: str, role: Role) -> User:
    user = User.objects.create(username=name, is_staff=True, first_name=name, kind="staff")
    roles.bring()
    roles.give(user, role)
    return user


@pytest.fixture
def clerk(db: None) -> User:
    return _staff("daria", Role.TAXES)


@pytest.fixture
def waiting(tmp_path: Path, settings) -> LedgerImport:  # type: ignore[no-untyped-def]
    settings.PORTAL_DIR = tmp_path / "portal"
    load(written(tmp_path, town()))
    path = written(tmp_path, town(sequence=2, accounts=12))
    with pytest.raises(CommandError):
        call_command("import_ledger", str(path), "--json", stdout=io.StringIO())
    return LedgerImport.objects.get(state=State.WAITING)


def _act(pages: PageClient, action: str, *rows: LedgerImport, **more: str) -> str:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return str(pages.client.post(FILES, data, follow=True).content.decode())


def test_the_list_and_a_file_say_what_changes(waiting: LedgerImport, clerk: User, pages: PageClient) -> None:
    pages.sign_in(clerk)
    page = pages.client.get(FILES).content.decode()
    assert "czeka na zatwierdzenie" in page and "należności 60 → 24" in page
    page = pages.client.get(f"{FILES}{waiting.pk}/change/").content.decode()
    assert "należności 60 → 24" in page and "bez problemów" in page and waiting.digest in page
    assert 'name="state"' not in page


def test_a_report_is_for_those_who_see_the_files(
    tmp_path: Path, clerk: User, pages: PageClient, anna: User
) -> None:
    broken.write(tmp_path / "zla.jsonl", town(), "pesel")
    _outcome, row = load(tmp_path / "zla.jsonl")
    address = f"{FILES}{row.pk}/raport.txt"
    pages.sign_in(clerk)
    answer = pages.client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "zla.jsonl, wiersz 5, pole identifier" in answer.content.decode()
    assert "00810100009" not in answer.content.decode()
    for other in (_staff("adam", Role.ACCESS), _staff("olga", Role.ADMINISTRATOR), anna):
        pages.sign_in(other)
        assert pages.client.get(address).status_code in (302, 403, 404)


def test_an_approval_loads_the_file(waiting: LedgerImport, clerk: User, pages: PageClient, run_jobs) -> None:  # type: ignore[no-untyped-def]
    pages.sign_in(clerk)
    _act(pages, "approve", waiting)
    run_jobs()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.approved_by) == (State.LOADED, clerk.public_id)
    assert Account.objects.filter(closed_on__isnull=True).count() == 12
    assert Record.objects.filter(action="ledger.approved", actor_id=clerk.public_id).count() == 1


def test_an_approval_asks_for_a_fresh_code(waiting: LedgerImport, clerk: User, pages: PageClient) -> None:
    pages.sign_in(clerk)
    session = pages.client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    data = {"action": "approve", "_selected_action": [str(waiting.pk)]}
    answer = pages.client.post(FILES, data)
    waiting.refresh_from_db()
    assert answer.status_code == 302 and answer["Location"].endswith("?next=/admin/dokoncz/")
    assert waiting.state == State.WAITING


def test_a_refusal_needs_a_reason_and_the_next_full_file_follows(
    waiting: LedgerImport,
    clerk: User,
    pages: PageClient,
    tmp_path: Path,
    django_capture_on_commit_callbacks,
) -> None:  # type: ignore[no-untyped-def]
    pages.sign_in(clerk)
    assert "Podaj powód odrzucenia" in _act(pages, "refuse", waiting)
    with django_capture_on_commit_callbacks(execute=True):
        _act(pages, "refuse", waiting, reason="Pomyłka w eksporcie")
    waiting.refresh_from_db()
    assert waiting.state == State.SUPERSEDED and not intake.file_of(waiting).exists()
    assert Record.objects.get(action="ledger.refused").reason == "Pomyłka w eksporcie"
    assert load(written(tmp_path, town(sequence=3)))[0].state == State.LOADED


def test_an_approval_after_a_newer_file_says_so(
    waiting: LedgerImport, clerk: User, pages: PageClient, tmp_path: Path
) -> None:
    assert load(written(tmp_path, town(sequence=3)))[0].state == State.LOADED
    pages.sign_in(clerk)
    assert "Ten plik nie czeka już na zatwierdzenie" in _act(pages, "approve", waiting)
    assert Account.objects.filter(closed_on__isnull=True).count() == 30


def test_two_people_where_the_town_wants_two(
    waiting: LedgerImport, clerk: User, pages: PageClient, run_jobs, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.FOUR_EYES = ["imports"]
    pages.sign_in(clerk)
    assert "zatwierdzi go druga osoba" in _act(pages, "approve", waiting)
    assert "musi zatwierdzić druga osoba" in _act(pages, "approve", waiting)
    run_jobs()
    waiting.refresh_from_db()
    assert waiting.state == State.WAITING and foureyes.first_of("imports", waiting.public_id)
    assert "czeka na drugą osobę" in pages.client.get(f"{FILES}{waiting.pk}/change/").content.decode()
    pages.sign_in(_staff("edyta", Role.TAXES))
    _act(pages, "approve", waiting)
    run_jobs()
    waiting.refresh_from_db()
    assert waiting.state == State.LOADED and foureyes.first_of("imports", waiting.public_id) is None
    told = Record.objects.filter(reference=str(waiting.public_id)).values_list("action", flat=True)
    assert {"ledger.approved_first", "ledger.approved", "ledger.imported"} <= set(told)


def test_a_newer_file_forgets_the_first_approval(
    waiting: LedgerImport, clerk: User, pages: PageClient, tmp_path: Path, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.FOUR_EYES = ["imports"]
    pages.sign_in(clerk)
    _act(pages, "approve", waiting)
    load(written(tmp_path, town(sequence=3)))
    waiting.refresh_from_db()
    assert waiting.state == State.SUPERSEDED and foureyes.first_of("imports", waiting.public_id) is None


def test_keys_are_the_administrators_and_files_the_clerks(clerk: User, pages: PageClient) -> None:
    import base64

    source = SourceSystem.objects.create(code="podatki", name="Podatki")
    administrator = _staff("olga", Role.ADMINISTRATOR)
    data = {"source": source.pk, "public_key": base64.b64encode(_public()).decode(), "label": "serwer"}
    pages.sign_in(clerk)
    assert pages.client.get(KEYS).status_code == 403
    assert pages.client.post(f"{KEYS}add/", data).status_code == 403 and not LedgerKey.objects.exists()
    pages.sign_in(administrator)
    assert pages.client.get(FILES).status_code == 403
    bad = pages.client.post(f"{KEYS}add/", {**data, "public_key": "zzz"})
    assert "32 bajty" in bad.content.decode() and not LedgerKey.objects.exists()
    assert pages.client.post(f"{KEYS}add/", data).status_code == 302
    key = LedgerKey.objects.get()
    assert key.created_by == administrator.public_id
    pages.client.post(KEYS, {"action": "revoke", "_selected_action": [str(key.pk)]})
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert (
        Record.objects.filter(action__startswith="ledger.key_", actor_id=administrator.public_id).count() == 2
    )
