"""Files taken into the ledger: whole or not at all, in turn, and what payments hang on stays."""

import io
import json
import random
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from eurzad.lib import clock
from portal.people.models import Subject, SubjectIdentifier
from portal.people.services import find_subject
from taxes.imports import broken, intake, sample
from taxes.models import (
    Account,
    AccountParty,
    Component,
    Decision,
    Instalment,
    LedgerEntry,
    LedgerImport,
    LedgerParty,
    PaymentReceived,
    Receivable,
    ReminderCost,
    SourceSystem,
)
from taxes.selectors.source_state import source_state
from tests.taxes.imports.files import load, state, town, written
from tests.taxes.imports.paying import due, pay

pytestmark = pytest.mark.django_db
State = LedgerImport.State


def test_a_whole_town(tmp_path: Path) -> None:
    outcome, row = load(written(tmp_path, town()))
    assert (outcome.state, row.state, row.problem_count) == (State.LOADED, State.LOADED, 0)
    for model, kind in (
        (Account, "account"), (Receivable, "receivable"), (Instalment, "instalment"), (Component, "component"),
        (Decision, "decision"), (LedgerEntry, "entry"), (ReminderCost, "reminder"), (LedgerParty, "party"),
    ):  # fmt: skip
        assert model._default_manager.count() == outcome.counts[kind], kind
    assert AccountParty.objects.filter(role="main").count() == 30
    envelope = json.loads(written(tmp_path, town()).read_text().splitlines()[0])
    sums = Instalment.objects.aggregate(all=Sum("amount"), paid=Sum("principal_paid"))
    assert sums["all"] == Decimal(envelope["totals"]["assessed"])
    assert sums["paid"] == Decimal(envelope["totals"]["paid"])
    assert not Instalment.objects.exclude(principal_paid=F("principal_posted")).exists()
    assert not Instalment.objects.exclude(account=F("receivable__account")).exists()
    [told] = source_state()
    assert told.as_of == row.taken_at and told.age is not None


def test_people_are_found_by_their_number_and_never_stored_in_clear(tmp_path: Path) -> None:
    path = written(tmp_path, town())
    load(path)
    party = next(values for kind, values in sample.records(town()) if kind == "party")
    found = find_subject(party["scheme"], party["identifier"])
    assert found is not None and found.family_name == party["family_name"] and found.city == "Jarzębin"
    assert LedgerParty.objects.get(external_id=party["id"]).subject == found
    stored = SubjectIdentifier.objects.get(subject=found)
    assert party["identifier"] not in (stored.encrypted, stored.fingerprint)


def test_a_new_name_of_the_same_number_is_the_same_subject_and_another_number_is_another(
    tmp_path: Path,
) -> None:
    load(written(tmp_path, town()))
    before = Subject.objects.count()
    first = LedgerParty.objects.get(external_id="P0").subject

    def renamed(name: str, number: int | None, step: int) -> Path:
        def rows():  # type: ignore[no-untyped-def]
            for kind, values in sample.records(town()):
                if kind == "party" and values["id"] == "P0":
                    values |= {"family_name": name}
                    values |= {"identifier": sample.pesel_of(number)} if number else {}
                yield kind, values

        path = tmp_path / f"renamed{step}.jsonl"
        sample.write_jsonl(path, town(sequence=step), rows=rows())
        return path

    load(renamed("Nowa-Jesion", None, 2))
    first.refresh_from_db()
    assert first.family_name == "Nowa-Jesion" and Subject.objects.count() == before
    load(renamed("Inna", 31_000_000, 3))
    other = LedgerParty.objects.get(external_id="P0").subject
    assert other != first and Account.objects.get(external_id="K0").subject == other
    assert not AccountParty.objects.filter(account__external_id="K0", subject=first).exists()
    assert not Instalment.objects.filter(account__external_id="K0").exclude(subject=other).exists()


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, town())
    load(path)
    before = state()
    outcome, _row = load(path)
    assert outcome.state == State.UNCHANGED and state() == before
    out = io.StringIO()
    call_command("import_ledger", str(path), "--no-progress", stdout=out)
    assert "Nic się nie zmieniło" in out.getvalue()


def test_the_same_content_under_the_next_number_touches_no_row(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    before = state()
    outcome, _row = load(written(tmp_path, town(sequence=2)))
    assert outcome.state == State.LOADED and state() == before
    assert {name for name in outcome.changes if outcome.changes[name]} == {"before", "after"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"sequence": 1}, "sequence_older"),
        ({"sequence": 2, "step": 3}, "sequence_reused"),
        ({"sequence": 4, "previous": 3}, "sequence_gap"),
        ({"sequence": 3, "previous": None}, "sequence_gap"),
        ({"sequence": 3, "previous": 1, "is_delta": True}, "sequence_gap"),
        ({"sequence": 3, "teryt": "1465011"}, "municipality"),
    ],
)
def test_out_of_turn(tmp_path: Path, options: dict[str, object], code: str) -> None:
    load(written(tmp_path, town()))
    load(written(tmp_path, town(sequence=2)))
    before = state()
    outcome, row = load(written(tmp_path, town(**options)))
    assert [problem.code for problem in outcome.report] == [code]
    assert row.state == State.REJECTED and state() == before


def test_the_first_file_is_full(tmp_path: Path) -> None:
    outcome, _row = load(written(tmp_path, town(is_delta=True, changed=5)))
    assert [problem.code for problem in outcome.report] == ["delta_first"]
    assert not Account.objects.exists()


@pytest.mark.parametrize("kind", broken.KINDS)
def test_whatever_is_wrong_nothing_of_the_file_is_taken(tmp_path: Path, kind: str) -> None:
    load(written(tmp_path, town()))
    before = state()
    path = tmp_path / "broken.jsonl"
    broken.write(path, town(sequence=2, step=1), kind)
    with pytest.raises(CommandError) as refused:
        call_command("import_ledger", str(path), "--no-progress", stdout=io.StringIO())
    assert refused.value.returncode == 1
    assert state() == before and LedgerImport.objects.latest("pk").problem_count > 0


def test_a_dry_run_does_everything_and_leaves_nothing(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("import_ledger", str(written(tmp_path, town())), "--dry-run", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["state"] == "loaded" and told["changes"]["added"]["taxes_instalment"] == 240
    assert not Account.objects.exists() and not LedgerImport.objects.exists()
    assert not Subject.objects.filter(family_name="Jesion").exists()


def test_a_delta_changes_what_it_names_and_may_refer_to_what_is_here(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    before = {row[1:3]: row for row in state()[0]}
    outcome, _row = load(written(tmp_path, town(sequence=2, is_delta=True, changed=10, step=1)))
    assert outcome.state == State.LOADED
    after = {row[1:3]: row for row in state()[0]}
    touched = {key[0] for key, row in after.items() if before[key] != row}
    assert touched and touched <= {f"N{number}-{year}" for number in (0, 10, 20) for year in (2025, 2026)}

    def rows():  # type: ignore[no-untyped-def]
        yield "reminder", {
            "id": "U-new", "receivable": "N3-2026", "instalment": 4, "number": "FN/1", "sent_on": "2026-11-20",
            "cost": "16.00",
        }  # fmt: skip
        yield "tombstone", {"of": "receivable", "id": "N7-2026"}

    path = tmp_path / "small.jsonl"
    sample.write_jsonl(path, town(sequence=3, is_delta=True), rows=rows())
    outcome, _row = load(path)
    assert outcome.state == State.LOADED, list(outcome.report)
    assert ReminderCost.objects.get(external_id="U-new").instalment.number == 4
    gone = Instalment.objects.filter(receivable__external_id="N7-2026")
    assert {row.status for row in gone} == {"settled"} and Receivable.objects.get(
        external_id="N7-2026"
    ).closed_on
    assert not gone.exclude(amount=F("principal_posted")).exists()


def test_a_delta_that_refers_to_nothing_is_refused(tmp_path: Path) -> None:
    load(written(tmp_path, town()))

    def rows():  # type: ignore[no-untyped-def]
        for receivable, instalment in (("N3-2026", 9), ("N999-2026", 1)):
            yield "reminder", {
                "id": f"U-{receivable}", "receivable": receivable, "instalment": instalment, "number": "FN/1",
                "sent_on": "2026-11-20", "cost": "16.00",
            }  # fmt: skip

    path = tmp_path / "small.jsonl"
    sample.write_jsonl(path, town(sequence=2, is_delta=True), rows=rows())
    outcome, _row = load(path)
    assert {(one.code, one.line, one.field) for one in outcome.report} == {
        ("unknown_reference", 2, "instalment"),
        ("unknown_reference", 3, "receivable"),
        ("unknown_reference", 3, "instalment"),
    }


def test_what_a_full_file_does_not_name_is_closed_and_may_come_back(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    before = state()[0]
    outcome, _row = load(written(tmp_path, town(sequence=2, accounts=27)))
    assert outcome.state == State.LOADED
    closed = Instalment.objects.filter(receivable__account__external_id="K29")
    assert closed.count() == 8 and {row.status for row in closed} == {"settled"}
    assert Account.objects.get(external_id="K29").closed_on is not None
    load(written(tmp_path, town(sequence=3)))
    assert state()[0] == before


def _answered(tmp_path: Path, sequence: int, **values: object) -> Path:
    path = tmp_path / f"answer{sequence}.jsonl"
    rows = iter([("payment_answer", values)])
    sample.write_jsonl(path, town(sequence=sequence, is_delta=True), rows=rows)  # type: ignore[arg-type]
    return path


def test_a_payment_stays_taken_off_before_and_after_its_acknowledgement_and_twice(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    one = Instalment.objects.filter(status="open", effective_due_on__gt=clock.today()).first()
    one = one or Instalment.objects.filter(status="open").latest("effective_due_on")
    before, payment = due(), uuid4()
    pay(one, one.amount, payment)
    after = due()
    assert after < before
    load(written(tmp_path, town(sequence=2)))
    assert due() == after
    load(written(tmp_path, town(sequence=3)))
    assert due() == after
    outcome, _row = load(_answered(tmp_path, 4, portal_payment=str(payment), answer="accepted"))
    assert outcome.state == State.LOADED, list(outcome.report)
    assert PaymentReceived.objects.get().posting == "acknowledged"
    outcome, _row = load(_answered(tmp_path, 5, portal_payment=str(uuid4()), answer="accepted"))
    assert [problem.code for problem in outcome.report] == ["unknown_payment"]


def test_a_rejected_payment_waits_for_a_clerk_and_stays_taken_off(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    one = Instalment.objects.filter(status="open").latest("effective_due_on")
    payment = uuid4()
    pay(one, one.amount, payment)
    after = due()
    told = {"portal_payment": str(payment), "answer": "rejected", "reason": "Nie ma takiej kartoteki"}
    load(_answered(tmp_path, 2, **told))
    load(_answered(tmp_path, 3, **told))
    received = PaymentReceived.objects.get()
    assert (received.posting, received.rejection_reason) == ("rejected", "Nie ma takiej kartoteki")
    load(written(tmp_path, town(sequence=4)))
    assert due() == after


def test_a_large_change_waits_for_a_clerk(tmp_path: Path, ewa, run_jobs) -> None:  # type: ignore[no-untyped-def]
    load(written(tmp_path, town()))
    before = state()
    path = written(tmp_path, town(sequence=2, accounts=12))
    with pytest.raises(CommandError) as waits:
        call_command("import_ledger", str(path), "--no-progress", stdout=io.StringIO())
    assert waits.value.returncode == 2 and state() == before
    row = LedgerImport.objects.latest("pk")
    assert row.state == State.WAITING and row.changes["after"]["accounts"] == 12
    intake.approve(clerk=ewa, row=row)
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.approved_by) == (State.LOADED, ewa.public_id) and state() != before
    assert not intake.file_of(row).exists()


def test_an_approval_after_a_newer_file_is_refused(tmp_path: Path, ewa) -> None:  # type: ignore[no-untyped-def]
    from taxes.errors import LedgerError

    load(written(tmp_path, town()))
    path = written(tmp_path, town(sequence=2, accounts=12))
    with pytest.raises(CommandError):
        call_command("import_ledger", str(path), "--no-progress", stdout=io.StringIO())
    row = LedgerImport.objects.latest("pk")
    assert load(written(tmp_path, town(sequence=3)))[0].state == State.LOADED
    with pytest.raises(LedgerError):
        intake.approve(clerk=ewa, row=row)
    row.refresh_from_db()
    assert row.state == State.SUPERSEDED


def test_numbers_that_another_account_has_are_named(tmp_path: Path) -> None:
    load(written(tmp_path, town()))
    SourceSystem.objects.create(code="odpady", name="Inny")
    outcome, _row = load(written(tmp_path, town(source="odpady", accounts=3)))
    assert {problem.code for problem in outcome.report} == {"taken_number"}
    assert min(problem.line for problem in outcome.report) > 3 and Account.objects.count() == 30


def test_fuzz_a_cut_or_changed_file_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    small = town(accounts=2, years=1)
    load(written(tmp_path, small))
    before = state()
    data = written(tmp_path, town(accounts=2, years=1, sequence=2)).read_bytes()
    chance = random.Random(7)
    path = tmp_path / "fuzzed.jsonl"
    places = sorted({*range(0, len(data), 41), *range(len(data) - 3, len(data))})
    cuts = [data[:place] for place in places]
    flips = []
    for _number in range(150):
        place = chance.randrange(len(data))
        flips.append(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
    for number, wrong in enumerate(cuts + flips):
        path.write_bytes(wrong)
        outcome, _row = load(path, is_dry=True)
        assert outcome.state == State.REJECTED or (b'"sha256"' in wrong and number >= len(cuts)), number
        assert state() == before
