"""Cut at any byte, changed in any bit: a file is refused, or says what it said before."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from taxes.imports import reading, sample
from taxes.imports.envelope import Envelope, seal
from taxes.imports.problems import Refused
from taxes.imports.reading import Opened, open_ledger
from tests.architecture.tree import ROOT

SMALL = sample.Town(accounts=1, previous=6, sequence=7)
DEFECTS = (b"\x00", b"\xff", b"\n", b" ", b'"', b"9")
Said = tuple[Envelope, list[Any]]


def said(path: Path) -> Said | None:
    """What a file says, or nothing when it is refused."""
    return _told(lambda: open_ledger(path))


def said_by(data: bytes) -> Said | None:
    """The same of JSON Lines in memory: tens of thousands of files would wait for the disk."""
    return _told(lambda: reading._open_lines(lambda: io.BytesIO(data), "a.jsonl"))


def said_by_csv(files: dict[str, bytes]) -> Said | None:
    """The same of a folder in memory."""
    openers = {name: (lambda data=data: io.BytesIO(data)) for name, data in files.items()}
    return _told(lambda: reading._open_csv(openers, "folder"))


def _told(opened_by: Callable[[], Opened]) -> Said | None:
    try:
        opened = opened_by()
        return opened.envelope, [(row.type, row.values, row.problem) for row in opened.rows()]
    except Refused:
        return None


def flipped(data: bytes) -> Iterator[bytes]:
    """The data with each of its bits changed in turn."""
    for place, byte in enumerate(data):
        for bit in range(8):
            yield data[:place] + bytes([byte ^ (1 << bit)]) + data[place + 1 :]


def test_json_lines_cut_at_any_byte_or_changed_in_any_bit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    sample.write_jsonl(path, SMALL)
    data = path.read_bytes()
    good = said(path)
    assert good is not None and len(good[1]) > 5 and said_by(data) == good
    for place in range(len(data)):
        assert said_by(data[:place]) is None, place
    same = []
    for number, wrong in enumerate(flipped(data)):
        found = said_by(wrong)
        assert found in (None, good), (number // 8, number % 8)
        same += [(number // 8, number % 8)] * (found is not None)
    assert all(data[place : place + 1].isalpha() and bit == 5 for place, bit in same), "case of \\u00f3 alone"


def test_an_envelope_written_otherwise_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    sample.write_jsonl(path, SMALL)
    first, _feed, body = path.read_bytes().partition(b"\n")
    good = said(path)
    values = json.loads(first)
    for text in (
        json.dumps(dict(reversed(values.items())), indent=None, separators=(",", ":"), ensure_ascii=False),
        json.dumps(values, separators=(" , ", " : ")),
    ):
        path.write_bytes(text.encode() + b"\n" + body)
        assert said(path) == good


OTHERS: dict[str, Any] = {
    "kind": "delta", "sequence": 8, "previous_sequence": 5, "taken_at": "2026-11-24T02:00:00+01:00",
    "source": "oplaty", "municipality": "9999012", "system_name": "Inny", "system_version": "2", "encoding": "utf-8",
    "counts": {"party": 1}, "totals": dict.fromkeys(("assessed", "paid", "balance", "entries", "overpaid"), "1.00"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_every_field_of_the_envelope_is_sealed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.jsonl"
    sample.write_jsonl(path, SMALL)
    first, feed, body = path.read_bytes().partition(b"\n")
    values = {**json.loads(first), name: OTHERS[name]}
    path.write_bytes(json.dumps(values).encode() + feed + body)
    with pytest.raises(Refused) as refused:
        open_ledger(path)
    assert refused.value.problem.code == "envelope_digest"
    values["envelope_sha256"] = seal(values)
    path.write_bytes(json.dumps(values).encode() + feed + body)
    assert said(path) is not None


def test_csv_files_cut_at_any_byte_or_changed_in_any_bit(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    sample.write_csv(folder, SMALL)
    good = said(folder)
    assert good is not None
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert said_by_csv(files) == good
    for name, data in sorted(files.items()):
        for wrong in (*(data[:place] for place in range(len(data))), *flipped(data)):
            assert said_by_csv({**files, name: wrong}) in (None, good), (name, wrong)


def test_a_zip_cut_or_changed_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    sample.write_csv(path, SMALL)
    data, good = path.read_bytes(), said(path)
    assert good is not None
    chance = random.Random(12)
    for place in range(0, len(data), 9):
        for wrong in (
            data[:place],
            data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :],
            data[:place] + chance.choice(DEFECTS) + data[place:],
        ):
            path.write_bytes(wrong)
            assert said(path) in (None, good), place


def test_the_example_of_the_description_is_sealed_right(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "ledger-contract.md").read_text()
    block = text.partition("`envelope_sha256`\nof this envelope")[2].split("```")
    rows = dict(csv.reader(block[1].strip().splitlines(), delimiter=";"))
    told = rows.pop("envelope_sha256")
    assert seal(rows) == told
