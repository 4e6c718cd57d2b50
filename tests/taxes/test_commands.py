"""The commands a clerk or tester runs: the worked examples, and each bad input refused in one line."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def interest(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("interest", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def options(regime="tax", principal="1000.00", due="2026-05-15", on="2026-08-14") -> list[str]:
    return ["--regime", regime, "--principal", principal, "--due", due, "--on", on]


@pytest.fixture
def allocate(monkeypatch):
    def run(text: str | bytes | dict) -> dict:
        data = json.dumps(text) if isinstance(text, dict) else text
        raw = data.encode() if isinstance(data, str) else data
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        out = io.StringIO()
        call_command("allocate", "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def receivable(name="1", regime="tax", principal="1000.00", due="2026-05-15", reminder_cost="0.00") -> dict:
    return {"id": name, "regime": regime, "principal": principal, "due": due, "reminder_cost": reminder_cost}


def payment(*receivables: dict, amount="500.00", designated=None, on="2026-08-14") -> dict:
    return {"on": on, "amount": amount, "designated": designated, "receivables": list(receivables)}


# interest


def test_the_worked_example_of_a_tax():
    assert interest(*options()) == {
        "effective_due": "2026-05-15",
        "days": 91,
        "lines": [
            {"from": "2026-05-16", "to": "2026-08-14", "days": 91, "rate": "10.50", "amount": "26.178082"}
        ],
        "raw": "26.178082",
        "total": "26.00",
    }


@pytest.mark.parametrize(
    ("regime", "principal", "due", "on", "total"),
    [
        ("civil", "2400.00", "2026-03-31", "2026-09-30", "111.30"),
        ("tax-reduced", "1000.00", "2026-05-15", "2026-08-14", "13.00"),  # 1000 × 91 × 5.25 % / 365 = 13.09
        ("trade", "1000.00", "2026-06-30", "2026-07-31", "11.68"),  # 1000 × 31 × 13.75 % / 365
        ("none", "1000.0", "2026-05-16", "2026-08-14", "0.00"),
        ("tax", "1000,5", "2026-05-15", "2026-05-15", "0.00"),
        ("tax", "1000", "2026-11-15", "2026-01-01", "0.00"),  # paid before it was due
        ("tax", "9999999999.99", "2009-06-25", "2026-11-23", "18639452055.00"),  # day by day, in fractions
    ],
)
def test_other_regimes(regime, principal, due, on, total):
    assert interest(*options(regime, principal, due, on))["total"] == total


def test_the_due_date_moves_unless_told_otherwise():
    assert interest(*options(due="2026-01-31"))["effective_due"] == "2026-02-02"
    assert interest(*options(due="2026-01-31"), "--no-shift")["effective_due"] == "2026-01-31"
    late = interest(*options(due="2026-03-15"), "--delivered", "2026-03-10")
    assert late["effective_due"] == "2026-03-24"


def test_for_people_it_is_polish(capsys):
    call_command("interest", *options(principal="300.00"))
    text = capsys.readouterr().out
    assert "16.05.2026 – 14.08.2026" in text and "nie nalicza" in text and "Odsetki: 0,00\u00a0zł" in text


BAD_INTEREST = [
    {"regime": "vat"}, {"regime": ""}, {"principal": "-5"}, {"principal": "1.005"}, {"principal": "0.00"},
    {"principal": "NaN"}, {"principal": "Infinity"}, {"principal": "1e3"}, {"principal": "10000000000.00"},
    {"principal": "9" * 5000}, {"principal": "١٠٠"}, {"principal": "1 000"}, {"principal": ""},
    {"due": "15.05.2026"}, {"due": "2026-02-30"}, {"due": "20260515"}, {"due": "2026-W20-5"}, {"due": "2026-05-15\n"},
    {"due": "0000-01-01"}, {"due": "1989-12-31"}, {"due": "9999-12-31"}, {"on": "2101-01-01"}, {"due": "2009-01-01"},
    {"on": "yesterday"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_INTEREST, ids=lambda bad: "=".join(*bad.items())[:30])
def test_bad_arguments_are_refused_in_one_line(bad):
    with pytest.raises(CommandError) as refused:
        interest(*options(**bad))
    assert refused.value.returncode == 2
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("given", [[], ["--regime", "tax"], options()[:-2], ["--what"], ["--principal"]])
def test_missing_arguments_are_refused(given):
    with pytest.raises(CommandError) as refused:
        interest(*given)
    assert len(str(refused.value).splitlines()) == 1


# allocate


def test_the_worked_example_of_a_part_payment(allocate):
    assert allocate(payment(receivable())) == {
        "lines": [
            {
                "id": "1",
                "costs": "0.00",
                "principal": "487.33",
                "interest": "12.67",
                "principal_left": "512.67",
            }
        ],
        "overpaid": "0.00",
    }


def test_costs_designation_regimes_and_overpayment(allocate):
    rows = [
        receivable("old", due="2026-03-16", principal="100.00", reminder_cost="16.00"),
        receivable("civil", "civil", "2400.00", "2026-03-31"),
    ]
    named = allocate(payment(*rows, amount="127.30", designated=["civil"], on="2026-09-30"))
    assert [(line["id"], line["costs"], line["interest"], line["principal"]) for line in named["lines"]] == [
        ("old", "16.00", "0.00", "0.00"), ("civil", "0.00", "111.30", "0.00"),
    ]  # fmt: skip
    assert allocate(payment(*rows, amount="3000.00", on="2026-03-16"))["overpaid"] == "484.00"


def test_numbers_without_quotes_are_read_as_they_are_written(allocate):
    text = (
        '\ufeff{"on":"2026-08-14","amount":500.00,"receivables":'
        '[{"id":7,"regime":"tax","principal":1000.00,"due":"2026-05-15"}]}'
    )
    [line] = allocate(text)["lines"]
    assert (line["id"], line["principal"]) == (7, "487.33")


@pytest.mark.parametrize(
    "absent", [{}, {"reminder_cost": None}, {"reminder_cost": 0}, {"reminder_cost": "0"}]
)
@pytest.mark.parametrize("designated", [{}, {"designated": None}, {"designated": []}, {"designated": [-7]}])
def test_what_may_be_left_out(allocate, absent, designated):
    row = {"id": -7, "regime": "none", "principal": 1000.0, "due": "2026-05-16", **absent}
    asked = {"on": "2026-08-14", "amount": 500, "receivables": [row], **designated}
    [line] = allocate(asked)["lines"]
    assert line == {
        "id": -7,
        "costs": "0.00",
        "principal": "500.00",
        "interest": "0.00",
        "principal_left": "500.00",
    }


BAD_JSON = {
    "nothing": b"", "blank": b" \n", "no JSON": b"{", "words": b"500", "list": b"[]", "null": b"null",
    "binary": b"\xff\xfe\x00", "CP1250": '{"on":"ż"}'.encode("cp1250"), "huge": b"[" + b" " * 10_000_000 + b"]",
    "deep": b"[" * 100_000, "NaN": b'{"amount":NaN}', "Infinity": b'{"amount":-Infinity}',
    "key twice": b'{"on":"2026-08-14","on":"2026-08-15"}',
}  # fmt: skip


@pytest.mark.parametrize("data", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_what_is_no_payment_is_refused_in_one_line(allocate, data):
    with pytest.raises(CommandError) as refused:
        allocate(data)
    assert len(str(refused.value).splitlines()) == 1 and refused.value.returncode == 2


BAD_PAYMENTS = {
    "no receivables": payment(),
    "receivables no list": {**payment(), "receivables": {}},
    "too many": payment(*[receivable(str(number)) for number in range(5001)]),
    "same id": payment(receivable("1"), receivable("1")),
    "same id as number": payment(receivable("1"), receivable(1)),
    "unknown designated": payment(receivable(), designated=["2"]),
    "designated twice": payment(receivable(), designated=["1", "1"]),
    "designated a word": payment(receivable(), designated="1"),
    "designated list of lists": payment(receivable(), designated=[["1"]]),
    "no amount": {"on": "2026-08-14", "receivables": [receivable()]},
    "zero": payment(receivable(), amount="0.00"),
    "negative": payment(receivable(), amount="-1.00"),
    "three decimals": payment(receivable(), amount="1.001"),
    "exponent": payment(receivable(), amount="1e2"),
    "true": payment(receivable(), amount=True),
    "unknown key": {**payment(receivable()), "when": "2026-08-14"},
    "unknown key inside": payment({**receivable(), "cost": "1"}),
    "no due": payment({"id": "1", "regime": "tax", "principal": "1.00"}),
    "null due": payment(receivable(due=None)),
    "regime": payment(receivable(regime="vat")),
    "regime a list": payment(receivable(regime=["tax"])),
    "costs": payment(receivable(reminder_cost="-16.00")),
    "id empty": payment(receivable("")),
    "id null": payment(receivable(None)),
    "id half a character": payment(receivable("\ud800")),
    "id of control characters": payment(receivable("\x1b[2J")),
    "a receivable is text": payment("1"),
    "before the table": payment(receivable(due="2009-01-01")),
}


@pytest.mark.parametrize("bad", BAD_PAYMENTS.values(), ids=BAD_PAYMENTS.keys())
def test_bad_payments_are_refused_in_one_line(allocate, bad):
    with pytest.raises(CommandError) as refused:
        allocate(bad)
    assert len(str(refused.value).splitlines()) == 1 and refused.value.returncode == 2


# check-identifier


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("pesel", "68841212044"), ("nip", "526-10-40-828"), ("regon", "000331501"), ("krs", "0000028860"),
        ("nrb", "PL61 1090 1014 0000 0712 1981 2874"), ("kw", "kr1i/00012345/5"), ("parcel", "121905_4.0001.123/4"),
    ],
)  # fmt: skip
def test_good_identifiers(kind, value):
    call_command("check-identifier", kind, value, stdout=io.StringIO())


@pytest.mark.parametrize(
    ("kind", "value", "word"),
    [
        ("pesel", "68841212045", "kontrolna"), ("pesel", "6884121204", "11 cyfr"), ("nip", "5261040829", "kontrolna"),
        ("regon", "00033150x", "cyfr"), ("krs", "28860", "10 cyfr"), ("krs", "0000000000", "zer"),
        ("nrb", "62109010140000071219812874", "kontrolna"),
        ("kw", "KR1I/00012345/6", "kontrolna"), ("kw", "QQ1Q/00012345/6", "kodem sądu"), ("kw", "KR1I", "KR1I/0"),
        ("parcel", "121905_4.0001", "121905_4.0001.123/4"), ("nip", "", "cyfr"),
    ],
)  # fmt: skip
def test_wrong_identifiers_end_with_one_and_the_reason(kind, value, word):
    with pytest.raises(CommandError) as refused:
        call_command("check-identifier", kind, value)
    assert refused.value.returncode == 1
    assert word in str(refused.value)


@pytest.mark.parametrize(
    ("number", "is_noted"),
    [("61109010140000071219812874", False), (settings.MUNICIPALITY["bank_account"], False),
     ("55999999910001000000000000", True)],
)  # fmt: skip
def test_an_account_is_good_by_its_check_digits_and_its_bank_only_noted(number, is_noted):
    out, err = io.StringIO(), io.StringIO()
    call_command("check-identifier", "nrb", number, stdout=out, stderr=err)
    assert number in out.getvalue()
    assert ("numer rozliczeniowy" in err.getvalue()) == is_noted


def test_an_unknown_kind_of_identifier():
    with pytest.raises(CommandError) as refused:
        call_command("check-identifier", "iban", "1")
    assert refused.value.returncode == 2


# In a process of its own


def run(tmp_path: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    environment = {**os.environ, "DEMO_MODE": "1", "VAR_DIR": str(tmp_path)}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        check=False,
    )


def test_without_a_database_the_delivered_rates_count(tmp_path):
    done = run(tmp_path, "interest", *options(), "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["raw"] == "26.178082"
    assert done.stderr.decode().count("\n") == 1 and "dostarczonych" in done.stderr.decode()


def test_a_refusal_ends_with_another_code_and_without_a_traceback(tmp_path):
    for arguments in (
        ["interest", "--nothing"],
        ["allocate"],
        ["check-identifier", "nip", "1"],
        ["check-identifier"],
    ):
        done = run(tmp_path, *arguments, stdin=b"\xff")
        assert done.returncode in (1, 2) and done.stdout == b""
        assert len(done.stderr.decode().splitlines()) == 1, done.stderr


def run_bare(
    tmp_path: Path, *arguments: str, stdin: bytes = b"", **given: str
) -> subprocess.CompletedProcess:
    """In an environment where nothing is set up, from another folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=tmp_path,
        env={**kept, "TMPDIR": str(tmp_path), **given},
        input=stdin,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    "given", [{}, {"DEMO_MODE": "0"}, {"DATABASE_URL": "postgres://a:b@127.0.0.1:9/none"}]
)
def test_where_nothing_is_set_up_they_count_all_the_same(tmp_path, given):
    counted = run_bare(tmp_path, "interest", *options(), "--json", **given)
    assert json.loads(counted.stdout)["raw"] == "26.178082" and counted.returncode == 0, counted.stderr
    credited = run_bare(
        tmp_path, "allocate", "--json", stdin=json.dumps(payment(receivable())).encode(), **given
    )
    assert json.loads(credited.stdout)["lines"][0]["principal"] == "487.33"
    assert run_bare(tmp_path, "check-identifier", "kw", "KR1I/00012345/5", **given).returncode == 0
    assert run_bare(tmp_path, "check-identifier", "kw", "KR1I/00012345/6", **given).returncode == 1
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_other_commands_still_ask_for_their_settings(tmp_path):
    done = run_bare(tmp_path, "migrate", VAR_DIR=str(tmp_path / "var"))
    assert done.returncode == 3 and b"SECRET_KEY" in done.stderr


def test_a_set_up_database_is_read(tmp_path):
    assert run(tmp_path, "migrate", "taxes").returncode == 0
    database = f"sqlite:///{tmp_path}/portal/db.sqlite3"
    for done in (
        run(tmp_path, "interest", *options(), "--json"),
        run_bare(tmp_path, "interest", *options(), "--json", DATABASE_URL=database),
    ):
        assert json.loads(done.stdout)["total"] == "26.00" and done.stderr == b""
