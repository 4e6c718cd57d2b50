"""Whether a file's turn has come."""

from typing import Any

from taxes.imports.envelope import Envelope
from taxes.imports.problems import Problem, Refused
from taxes.models import LedgerImport, SourceSystem


class Unchanged(Exception):
    """The file is the one that was loaded last."""


def check_sequence(source: SourceSystem, envelope: Envelope, digest: str, *, except_for: Any) -> None:
    """Raise Refused for a file that is older, leaves a gap or repeats a number; Unchanged for the same file again.

    A full file may also follow one that waits for a clerk, was refused by one, or was overtaken: its source sent
    it, and the new one does not rest on it.
    """
    mine = LedgerImport.objects.filter(source=source).exclude(pk=except_for)
    last = mine.filter(state=LedgerImport.State.LOADED).order_by("-sequence").first()

    def refused(code: str, field: str, value: object, detail: object = "") -> Refused:
        return Refused(Problem(code, "", 1, field, "" if value is None else str(value), str(detail)))

    if last is None:
        if not envelope.is_full:
            raise refused("delta_first", "kind", envelope.kind)
        return
    if envelope.sequence == last.sequence:
        if digest == last.digest:
            raise Unchanged
        raise refused("sequence_reused", "sequence", envelope.sequence)
    if last.sequence is not None and envelope.sequence < last.sequence:
        raise refused("sequence_older", "sequence", envelope.sequence, last.sequence)
    allowed = {last.sequence}
    if envelope.is_full:
        sent = mine.filter(
            state__in=(LedgerImport.State.WAITING, LedgerImport.State.SUPERSEDED), sequence__gt=last.sequence
        )
        allowed |= set(sent.values_list("sequence", flat=True))
    if envelope.previous_sequence not in allowed:
        raise refused("sequence_gap", "previous_sequence", envelope.previous_sequence, last.sequence)
