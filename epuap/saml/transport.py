"""SOAP over HTTPS to a configured address: no redirects, one deadline for the whole answer, a size cap."""

import time
from typing import TYPE_CHECKING

from eurzad.lib.errors import PermanentError, TransientError

if TYPE_CHECKING:
    import requests

MAX_BYTES = 256 * 1024
_CHUNK = 16 * 1024


def post_soap(url: str, body: bytes, *, seconds: float = 10.0) -> bytes:
    """POST a SOAP 1.1 message and return the answer's bytes (at most 256 KB).

    Raises TransientError for whatever may work later (no connection, 5xx, deadline of `seconds`), else
    PermanentError (redirect, 4xx, too large). HTTP 500 with a body is a SOAP fault and counts as transient.
    """
    import requests

    deadline = time.monotonic() + seconds
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept-Encoding": "identity"}
    try:
        with requests.post(
            url,
            data=body,
            headers=headers,
            timeout=(min(seconds, 5.0), seconds),
            allow_redirects=False,
            stream=True,
        ) as response:
            _require_success(response.status_code)
            return _read(response, deadline)
    except requests.RequestException as error:
        raise TransientError(code="idp_unreachable") from error


def _require_success(status: int) -> None:
    if status >= 500:
        raise TransientError(code="idp_error")
    if status != 200:
        raise PermanentError(code="idp_http_status")


def _read(response: "requests.Response", deadline: float) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PermanentError(code="idp_encoding")
    received = bytearray()
    from urllib3.exceptions import HTTPError

    try:
        while chunk := response.raw.read1(_CHUNK):
            received += chunk
            if len(received) > MAX_BYTES:
                raise PermanentError(code="idp_answer_size")
            if time.monotonic() > deadline:
                raise TransientError(code="idp_timeout")
    except (HTTPError, OSError) as error:
        raise TransientError(code="idp_unreachable") from error
    return bytes(received)
