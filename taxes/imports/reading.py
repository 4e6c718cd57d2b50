"""Opening a file of the contract: JSON Lines, a folder or ZIP of CSV files. Rows come one by one; memory is bounded."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from taxes.imports import fields
from taxes.imports.charset import Ambiguous, Listener
from taxes.imports.envelope import Envelope, read_envelope, unflatten
from taxes.imports.problems import Problem, Refused, shown

LONGEST_LINE = 1 << 20
MOST_BYTES = 2 << 30
"""Of a file, unpacked."""
MOST_RATIO = 200
"""A member of a ZIP that unpacks to more times its size is no ledger."""
_CHUNK = 1 << 20
ENVELOPE_FILE = "envelope.csv"
_MEMBERS = {ENVELOPE_FILE, *(f"{name}.csv" for name in fields.COUNTED)}

Opener = Callable[[], IO[bytes]]


@dataclass(slots=True)
class Row:
    """One record as it stands: `values` not checked yet, `lines` of the rows inside it (CSV only)."""

    file: str
    line: int
    type: str
    values: Any
    problem: Problem | None = None
    lines: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Opened:
    """A file whose envelope is read and whose digests are right; `digest` is that of the whole of it."""

    name: str
    envelope: Envelope
    digest: str
    size: int
    rows: Callable[[], Iterator[Row]]


def open_ledger(path: Path, *, name: str = "", most_bytes: int = MOST_BYTES) -> Opened:
    """Open a file or folder; raises Refused when it is none of ours, or altered on its way."""
    name = shown(name or path.name)
    if path.is_dir():
        return _open_csv(_folder(path, name, most_bytes), name)
    if not path.is_file():
        raise Refused(Problem("no_file", name))
    if path.stat().st_size == 0:
        raise Refused(Problem("empty_file", name))
    if path.stat().st_size > most_bytes:
        raise Refused(Problem("too_big", name))
    if zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            is_zip = stream.read(2) == b"PK"
        if is_zip:
            return _open_csv(_members(path, name, most_bytes), name)
    return _open_lines(lambda: path.open("rb"), name)


def _folder(path: Path, name: str, most_bytes: int) -> dict[str, Opener]:
    found: dict[str, Opener] = {}
    size = 0
    for entry in sorted(path.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.name not in _MEMBERS or not entry.is_file() or entry.is_symlink():
            raise Refused(Problem("unknown_file", name, value=shown(entry.name)))
        size += entry.stat().st_size
        found[entry.name] = _opener(entry)
    if size > most_bytes:
        raise Refused(Problem("too_big", name))
    return found


def _opener(path: Path) -> Opener:
    return lambda: path.open("rb")


def _members(path: Path, name: str, most_bytes: int) -> dict[str, Opener]:
    """Names of a ZIP that are ours; what it would unpack to is bounded before a byte of it is read."""
    try:
        archive = zipfile.ZipFile(path)
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused(Problem("bad_zip", name)) from None
    found: dict[str, Opener] = {}
    if sum(info.file_size for info in infos) > most_bytes:
        raise Refused(Problem("too_big", name))
    for info in infos:
        if info.filename not in _MEMBERS or info.filename in found:
            raise Refused(Problem("unknown_file", name, value=shown(info.filename)))
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(Problem("bad_zip", name, value=info.filename))
        if info.file_size > MOST_RATIO * max(info.compress_size, 1024):
            raise Refused(Problem("zip_bomb", name, value=info.filename))
        found[info.filename] = lambda info=info: archive.open(info)  # type: ignore[misc]
    return found


def _lines(stream: IO[bytes], file: str) -> Iterator[bytes]:
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise Refused(Problem("line_too_long", file, number))
        yield raw


def _listen(opener: Opener, file: str, digest: Any, whole: Any, listener: Listener, *, skip: int = 0) -> int:
    """Hear a file once from beginning to end; returns its size. `skip` bytes are not part of `digest`."""
    size = 0
    try:
        with opener() as stream:
            while chunk := stream.read(_CHUNK if size else max(skip, 1)):
                whole.update(chunk)
                if size or not skip:
                    digest.update(chunk)
                listener.hear(chunk)
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Refused(Problem("too_big", file))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error):
        raise Refused(Problem("bad_zip", file)) from None
    return size


def _encoding(listener: Listener, declared: str, file: str) -> str:
    try:
        return listener.tell(declared)
    except Ambiguous as unclear:
        raise Refused(Problem("charset", file, detail=str(unclear))) from None


# --- JSON Lines --------------------------------------------------------------------------------------------


class _Duplicate(ValueError):
    """The same key twice in an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _no_number(text: str) -> Any:
    raise ArithmeticError(text)


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_no_number, parse_constant=_no_number, strict=True
).decode


def _parse(text: str, file: str, line: int) -> tuple[Any, Problem | None]:
    try:
        return _decode(text), None
    except _Duplicate:
        code = "duplicate_key"
    except ArithmeticError as error:
        return None, Problem("float", file, line, value=shown(error))
    except RecursionError:
        code = "too_deep"
    except ValueError:  # also a whole number of thousands of digits
        code = "not_json"
    return None, Problem(code, file, line)


def _open_lines(opener: Opener, name: str) -> Opened:
    with opener() as stream:
        first = next(_lines(stream, name), b"")
    declared: Any = {}
    text = first.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r\n")
    values, problem = _parse(text, name, 1)
    if problem is not None or not isinstance(values, dict) or values.get("record", "envelope") != "envelope":
        raise Refused(Problem("no_envelope", name, 1))
    declared = read_envelope(values, name)
    digest, whole, listener = hashlib.sha256(), hashlib.sha256(), Listener()
    size = _listen(opener, name, digest, whole, listener, skip=len(first))
    if declared.sha256 != {"": digest.hexdigest()}:
        raise Refused(Problem("digest", name))
    encoding = _encoding(listener, declared.encoding, name)
    return Opened(name, declared, whole.hexdigest(), size, lambda: _json_rows(opener, name, encoding))


def _json_rows(opener: Opener, name: str, encoding: str) -> Iterator[Row]:
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    with opener() as stream:
        lines = _lines(stream, name)
        next(lines)
        for number, raw in enumerate(lines, 2):
            try:
                values = _decode(raw.decode(encoding))
            except (ValueError, ArithmeticError, RecursionError):
                values = None
            if type(values) is not dict:
                text = raw.decode(encoding, "replace")
                _values, problem = _parse(text, name, number)
                yield Row(name, number, "", None, problem or Problem("not_object", name, number))
                continue
            record = values.pop("record", None)
            yield Row(name, number, record if type(record) is str else "", values)


# --- CSV ---------------------------------------------------------------------------------------------------

_FLAGS = {"true": True, "false": False}


def _text_lines(opener: Opener, file: str, encoding: str) -> Iterator[str]:
    with opener() as stream:
        for number, raw in enumerate(_lines(stream, file)):
            text = raw.decode(encoding if number == 0 or encoding != "utf-8-sig" else "utf-8")
            yield text


def _read_envelope_csv(opener: Opener, name: str) -> tuple[Envelope, bytes]:
    file = ENVELOPE_FILE
    with opener() as stream:
        data = stream.read(LONGEST_LINE + 1)
    if len(data) > LONGEST_LINE:
        raise Refused(Problem("line_too_long", file, 1))
    listener = Listener()
    listener.hear(data)
    text = data.decode(_encoding(listener, "", file))
    rows: dict[str, str] = {}
    lines: dict[str, int] = {}
    try:
        reader = csv.reader(text.splitlines(), delimiter=";", strict=True)
        for row in reader:
            if len(row) != 2:
                raise Refused(Problem("columns", file, reader.line_num))
            if row[0] in rows:
                raise Refused(Problem("duplicate_key", file, reader.line_num, shown(row[0])))
            rows[row[0]], lines[row[0].partition(".")[0]] = row[1], reader.line_num
    except csv.Error:
        raise Refused(Problem("not_csv", file, 1)) from None
    return read_envelope(unflatten(rows), file, lines), data


def _open_csv(files: dict[str, Opener], name: str) -> Opened:
    if ENVELOPE_FILE not in files:
        raise Refused(Problem("no_envelope", name, value=ENVELOPE_FILE))
    try:
        envelope, data = _read_envelope_csv(files[ENVELOPE_FILE], name)
    except (zipfile.BadZipFile, EOFError, zlib.error):
        raise Refused(Problem("bad_zip", name)) from None
    whole = hashlib.sha256(data)
    encodings: dict[str, str] = {}
    size = len(data)
    present = set(files) - {ENVELOPE_FILE}
    if present != set(envelope.sha256):
        odd = sorted(present ^ set(envelope.sha256))[0]
        raise Refused(Problem("digest", ENVELOPE_FILE, 1, "sha256", shown(odd)))
    for file in sorted(present):
        digest, listener = hashlib.sha256(), Listener()
        size += _listen(files[file], file, digest, whole, listener)
        if envelope.sha256[file] != digest.hexdigest():
            raise Refused(Problem("digest", file))
        encodings[file] = _encoding(listener, envelope.encoding, file)
    return Opened(name, envelope, whole.hexdigest(), size, lambda: _csv_rows(files, encodings))


def _table(
    files: dict[str, Opener],
    encodings: dict[str, str],
    record: fields.Record,
    *,
    parent: str = "",
) -> Iterator[tuple[int, dict[str, Any] | None, Problem | None]]:
    """Rows of one CSV file: line, values without empty ones, or a problem."""
    file = record.file
    if file not in files:
        return
    known = {one.name: one for one in record.fields} | (
        {parent: fields.Field(parent, "id", "")} if parent else {}
    )
    reader = csv.reader(_text_lines(files[file], file, encodings[file]), delimiter=";", strict=True)
    try:
        header = next(reader, [])
        for column in header:
            if column not in known or header.count(column) > 1:
                raise Refused(Problem("unknown_column", file, 1, shown(column)))
        for one in known.values():
            if one.required and one.name not in header:
                raise Refused(Problem("missing_column", file, 1, one.name))
        wholes = [column for column in header if known[column].kind == "whole"]
        flags = [column for column in header if known[column].kind == "flag"]
        width = len(header)
        for cells in reader:
            if len(cells) != width:
                yield reader.line_num, None, Problem("columns", file, reader.line_num)
                continue
            values: dict[str, Any] = {
                column: cell for column, cell in zip(header, cells, strict=True) if cell
            }
            for column in wholes:
                cell = values.get(column, "")
                if cell.isascii() and cell.isdigit() and len(cell) < 10:
                    values[column] = int(cell)
            for column in flags:
                if column in values:
                    values[column] = _FLAGS.get(values[column], values[column])
            yield reader.line_num, values, None
    except UnicodeDecodeError:
        raise Refused(Problem("charset", file, reader.line_num + 1)) from None
    except csv.Error:
        raise Refused(Problem("not_csv", file, reader.line_num)) from None


class _Inside:
    """Rows of a file whose rows belong to those of another, in the same order."""

    def __init__(self, rows: Iterator[Any], file: str, parent: str) -> None:
        self.rows, self.file, self.parent = rows, file, parent
        self.broken: list[Row] = []
        self.waiting = next(rows, None)

    def of(self, owner: Any, lines: list[int]) -> Iterator[dict[str, Any]]:
        """The rows that belong to `owner`; the first that does not waits for the next."""
        while self.waiting is not None:
            line, values, problem = self.waiting
            if problem is not None:
                self.broken.append(Row(self.file, line, "", None, problem))
                self.waiting = next(self.rows, None)
                continue
            if values.get(self.parent) != owner:
                return
            del values[self.parent]
            lines.append(line)
            yield values
            self.waiting = next(self.rows, None)

    def left(self) -> Iterator[Row]:
        """Rows that nobody's turn came for, and broken ones."""
        yield from self.broken
        while self.waiting is not None:
            line, values, problem = self.waiting
            value = shown((values or {}).get(self.parent))
            yield Row(
                self.file,
                line,
                "",
                None,
                problem or Problem("out_of_turn", self.file, line, self.parent, value),
            )
            self.waiting = next(self.rows, None)


def _csv_rows(files: dict[str, Opener], encodings: dict[str, str]) -> Iterator[Row]:
    for record in fields.RECORDS:
        owner = record.key[0] if record.key else "id"
        parent = fields.parent_column(record)
        inside = {
            name: _Inside(_table(files, encodings, child, parent=parent), child.file, parent)
            for name, child in record.children.items()
        }
        for line, values, problem in _table(files, encodings, record):
            lines: dict[str, list[int]] = {}
            if values is not None:
                for name, rows in inside.items():
                    found = list(rows.of(values.get(owner), lines.setdefault(name, [])))
                    if found:
                        values[name] = found
            yield Row(record.file, line, record.name, values, problem, lines)
        for rows in inside.values():
            yield from rows.left()
