"""Big files: stored by one side, handed over once to the subject they are for."""

from __future__ import annotations

import hashlib

from django.conf import settings

from epuap.simulator.errors import Refused
from epuap.simulator.models import RepositoryFile
from epuap.simulator.wire.repository import BigFile
from eurzad.lib import clock


def keep(file: BigFile, *, subject: str, uploaded_by: str) -> RepositoryFile:
    """Store a file for a subject."""
    return RepositoryFile.objects.create(
        subject=subject,
        uploaded_by=uploaded_by,
        file_name=file.name,
        mime_type=file.mime_type,
        encoding=file.encoding,
        content=file.content,
    )


def take(file_id: str, subject: str) -> BigFile:
    """Hand a file over and mark it as downloaded; raises Refused the second time."""
    stored = RepositoryFile.objects.filter(file_id=file_id, subject=subject).first()
    if stored is None:
        raise Refused("unknown_file", "Nie ma takiego pliku")
    fresh = RepositoryFile.objects.filter(pk=stored.pk, downloaded_at=None)
    if not fresh.update(downloaded_at=clock.now()):
        raise Refused("file_taken", "Plik został już pobrany")
    return BigFile(stored.file_name, stored.mime_type, stored.encoding, bytes(stored.content))


def address(stored: RepositoryFile) -> str:
    """Return what a document writes instead of the file (kodowanie="URI")."""
    return f"{settings.SIM_BASE_URL}/repo-ws-ext/FileDownloadServlet?fileId={stored.file_id}"


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file, hexadecimal, for the description beside its address."""
    return hashlib.sha256(content).hexdigest()
