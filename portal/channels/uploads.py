"""Files that are only looked at: bounded, held in memory, gone with the request."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MAX_BYTES = 12 * 2**20
"""Of all files of a request together."""


class MemoryOnlyHandler(FileUploadHandler):
    """Keeps files in memory whatever their size, up to MAX_BYTES; what is more is read and thrown away."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.is_over_limit = False
        self._left = MAX_BYTES
        self._file = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with an empty file."""
        super().new_file(*args, **kwargs)
        self._file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the bytes as long as there is room."""
        self._left -= len(raw_data)
        if self._left < 0:
            self.is_over_limit = True
            self._file = BytesIO()
            raise SkipFile
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """Hand the file over."""
        if self.is_over_limit:
            return None
        self._file.seek(0)
        return InMemoryUploadedFile(
            self._file,
            self.field_name,
            self.file_name or "",
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )
