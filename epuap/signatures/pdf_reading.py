"""pyHanko's reader with a bound on work: a file of any shape is read or refused within about a second.

Every step of a PDF parser reads from a stream, so reads are what is counted: of the file itself, and of the
object streams decoded from it. The count depends on the file alone, not on the machine or its load.
Imported where used: pyHanko is heavy.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.decode_limits import (
    DecodeContext,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

_MAX_READS = 450_000
_MAX_DECODED = 24 * 2**20  # of everything, lists of revoked certificates included
_MAX_OBJECT_STREAM = 2 * 2**20
_MAX_XREF_STREAM = 2**20
_BYTES_A_READ = 4096
_ENTRY_BYTES, _ENTRY_READS = 20, 3  # of a cross-reference table: read at once, but kept
_NUMBER_BYTES, _NUMBER_READS = (
    16,
    64,
)  # a number is read in pieces that are joined: time grows as their square
_XREF_BYTE_READS = 2
_VISIT_READS = 8
_DECODED_BYTES_A_READ = 6

# A cross-reference stream whose entries take no bytes: as many as are stated, without a single read.
_NO_WIDTH = re.compile(rb"/(?:W|#57)(?:[\s\x00]|%[^\r\n]*+)*+\[(?:[\s\x00+.0]|-[0-9.]*+|%[^\r\n]*+)*+\]")

_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=12 * 2**20),
    per_purpose={
        DecodePurpose.OBJECT_STREAM: StreamDecodeLimits(max_output_size=_MAX_OBJECT_STREAM),
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=_MAX_XREF_STREAM),
        DecodePurpose.XMP_METADATA: StreamDecodeLimits(max_output_size=256 * 2**10),
        DecodePurpose.CERTIFICATE: StreamDecodeLimits(max_output_size=64 * 2**10),
        DecodePurpose.OCSP_RESPONSE: StreamDecodeLimits(max_output_size=64 * 2**10),
    },
    document_budget=DocumentDecodeBudget(base_allowance=_MAX_DECODED, max_ratio=1),
)


class TooComplex(Exception):
    """A file that takes more work to read than a document does."""


class _Meter:
    """How many reads are left."""

    def __init__(self, reads: int) -> None:
        self._left = reads

    def spend(self, reads: int) -> None:
        """Count reads; raises TooComplex when there were too many."""
        self._left -= reads
        if self._left < 0:
            raise TooComplex


class _Counted(BytesIO):
    """A stream whose reads are counted."""

    def __init__(self, data: bytes, meter: _Meter) -> None:
        super().__init__(data)
        self._meter = meter
        self._pieces = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._meter.spend(_ENTRY_READS if size == _ENTRY_BYTES else 1 + len(found) // _BYTES_A_READ)
        self._pieces = self._pieces + 1 if size == _NUMBER_BYTES else 0
        if self._pieces > _NUMBER_READS:
            raise TooComplex
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._pieces = 0
        return super().seek(offset, whence)

    def readinto(self, buffer: Any, /) -> int:
        self._meter.spend(1)
        return super().readinto(buffer)

    def readline(self, size: int | None = -1, /) -> bytes:
        self._meter.spend(1)
        return super().readline(size)


class _Context(DecodeContext):
    """Limits on decoding; one budget for all revisions of the file."""

    def __init__(self, input_size: int, meter: _Meter) -> None:
        super().__init__(_LIMITS, input_size=input_size)
        self._meter = meter
        self._is_counted = False

    def fresh(self) -> DecodeContext:
        return self

    def stream_output_cap(
        self,
        encoded_size: int,
        purpose: DecodePurpose = DecodePurpose.GENERIC,
        expected_size: int | None = None,
    ) -> int | None:
        if purpose is DecodePurpose.XREF_STREAM:
            # As many steps as entries are stated, whether or not the stream holds them.
            if expected_size is None or expected_size <= 0:
                raise TooComplex
            self._meter.spend(expected_size * _XREF_BYTE_READS)
        self._is_counted = purpose is DecodePurpose.OBJECT_STREAM
        return super().stream_output_cap(encoded_size, purpose, expected_size)

    def record_output(self, size: int) -> None:
        if self._is_counted:
            self._meter.spend(size // _DECODED_BYTES_A_READ)
        super().record_output(size)


class _Revision(HistoricalResolver):  # type: ignore[misc]
    """A revision whose visits to objects are counted: pyHanko walks every path that leads to each."""

    def __init__(self, reader: BoundedReader, revision: int) -> None:
        self._weights: dict[generic.Reference, int] = {}
        self._spend = reader.spend
        super().__init__(reader, revision)

    def get_object(self, ref: generic.Reference, as_metadata_stream: bool = False) -> Any:
        found = super().get_object(ref, as_metadata_stream)
        if ref not in self._weights:
            self._weights[ref] = _VISIT_READS + _entries(found)
        self._spend(self._weights[ref])
        return found


def _entries(held: Any) -> int:
    """Return how many values an object holds directly, however nested."""
    if isinstance(held, generic.DictionaryObject):
        return len(held) + sum(_entries(one) for one in held.values())
    if isinstance(held, generic.ArrayObject):
        return len(held) + sum(_entries(one) for one in held)
    return 0


class BoundedReader(PdfFileReader):  # type: ignore[misc]
    """A strict reader that raises TooComplex, or what pyHanko raises, for anything but a document."""

    def __init__(self, data: bytes) -> None:
        if _NO_WIDTH.search(data):
            raise TooComplex
        self._meter = _Meter(_MAX_READS)
        self._bounded = _Context(len(data), self._meter)
        super().__init__(_Counted(data, self._meter), strict=True)

    @property
    def decode_context(self) -> DecodeContext:
        return self._bounded

    def spend(self, reads: int) -> None:
        """Count work that is as much as so many reads; raises TooComplex when it is too much."""
        self._meter.spend(reads)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        cache = self._historical_resolver_cache
        if revision not in cache:
            cache[revision] = _Revision(self, revision)
        return cache[revision]

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        """Read an object of an object stream as pyHanko does, through a counted stream."""
        holder = generic.Reference(stmnum, 0, self).get_object()
        if not isinstance(holder, generic.StreamObject) or holder["/Type"] != "/ObjStm":
            raise misc.PdfStrictReadError("not an object stream")
        self._meter.spend(1)
        stream = _Counted(holder.read_data(DecodePurpose.OBJECT_STREAM), self._meter)
        for position in range(holder["/N"]):
            number = _number(stream)
            offset = _number(stream)
            if position != idx:
                continue
            if number != idnum:
                break
            stream.seek(holder["/First"] + offset)
            found = generic.read_object(stream, generic.Reference(idnum, 0, self))
            if isinstance(found, generic.StreamObject | generic.IndirectObject):
                break
            return found
        raise misc.PdfStrictReadError("object not found in its stream")


def _number(stream: BytesIO) -> int:
    misc.read_non_whitespace(stream, seek_back=True)
    return int(generic.NumberObject.read_from_stream(stream))
