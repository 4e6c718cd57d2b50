"""Files sent with a form: bounded before they are kept."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class BoundedUploadHandler(FileUploadHandler):
    """Lets `UPLOAD_MAX_BYTES` of files into a request; a file beyond that is read to its end and thrown away.

    The other fields arrive, so the page can be shown again with a sentence; `is_over_limit` tells the view.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._left = settings.UPLOAD_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on to the next handler, as long as there is room."""
        self._left -= len(raw_data)
        if self._left < 0:
            setattr(self.request, _MARK, True)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the next handler."""
        return None


_MARK = "has_too_big_files"


def is_over_limit(request: HttpRequest) -> bool:
    """Say whether files of this request were thrown away for their size; read after its fields."""
    return bool(getattr(request, _MARK, False))
