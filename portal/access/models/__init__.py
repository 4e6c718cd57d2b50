"""Applications for access, what belongs to them and how they were signed."""

from portal.access.models.application import (
    DECISION_LABELS,
    DOOR_LABELS,
    STATE_LABELS,
    AccessApplication,
    AccessApplicationQuerySet,
    ApplicationEvent,
    Door,
    NumberSequence,
    State,
)
from portal.access.models.attachments import MAX_FILE_BYTES, MAX_TOTAL_BYTES, Attachment
from portal.access.models.corrections import Correction, CorrectionItem, DecisionDocument
from portal.access.models.represented import Represented, RepresentedQuerySet
from portal.access.models.signing import PdfToSign, Upload

__all__ = [
    "DECISION_LABELS",
    "DOOR_LABELS",
    "MAX_FILE_BYTES",
    "MAX_TOTAL_BYTES",
    "STATE_LABELS",
    "AccessApplication",
    "AccessApplicationQuerySet",
    "ApplicationEvent",
    "Attachment",
    "Correction",
    "CorrectionItem",
    "DecisionDocument",
    "Door",
    "NumberSequence",
    "PdfToSign",
    "Represented",
    "RepresentedQuerySet",
    "State",
    "Upload",
]
