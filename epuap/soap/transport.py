"""The one place where a SOAP message leaves the process: one POST, bounded in time and size."""

import ssl
import time
from dataclasses import dataclass

import requests
import urllib3.exceptions

from epuap.soap.config import ANSWER_BYTES
from epuap.soap.errors import BadAnswer, NotSent
from eurzad.lib.errors import PermanentError, TransientError

CONNECT_SECONDS = 5
READ_SECONDS = 10
# A service that drips one byte at a time never trips the read time-out.
DEADLINE_SECONDS = 20
RETRYABLE_STATUS = {408, 425, 429}
XML_TYPES = {"text/xml", "application/soap+xml", "application/xml"}


@dataclass(frozen=True)
class HttpAnswer:
    """An XML answer: `status` is 200, or an error status of a SOAP fault."""

    status: int
    content: bytes


def post_soap(url: str, message: bytes, *, action: str, max_bytes: int = ANSWER_BYTES) -> HttpAnswer:
    """Send one SOAP 1.1 message and return the XML answer of at most `max_bytes`.

    Raises NotSent (no connection), TransientError (time-out, broken answer, 5xx without XML),
    BadAnswer (redirect, wrong content type, too big) and PermanentError (4xx).
    """
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "Accept": "text/xml",
        "SOAPAction": f'"{action}"',
    }
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        with requests.post(
            url,
            data=message,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            check_status(response)
            return HttpAnswer(response.status_code, read_capped(response, deadline, max_bytes))
    except requests.RequestException as error:
        raise translate(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise TransientError(type(error).__name__, code="soap.broken") from error


def check_status(response: requests.Response) -> None:
    """Let through what may hold an envelope; raise for the rest."""
    status = response.status_code
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_xml = content_type in XML_TYPES
    if is_xml and (status == 200 or status >= 400):
        return
    if status >= 500 or status in RETRYABLE_STATUS:
        raise TransientError(f"HTTP {status}", code=f"soap.http_{status}")
    if status >= 400:
        raise PermanentError(f"HTTP {status}", code=f"soap.http_{status}")
    if status != 200:
        raise BadAnswer(f"HTTP {status}", code=f"soap.http_{status}")
    raise BadAnswer("not an XML answer", code="soap.content_type")


def read_capped(response: requests.Response, deadline: float, max_bytes: int) -> bytes:
    """The decoded answer, refused as soon as it grows over the limit or over the deadline."""
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        if len(content) > max_bytes:
            raise BadAnswer("answer over the size limit", code="soap.too_big")
        if time.monotonic() > deadline:
            raise TransientError("answer over the deadline", code="soap.timeout")
    return bytes(content)


def translate(error: requests.RequestException) -> TransientError | PermanentError:
    """The product's error for one of `requests`."""
    if never_left(error):
        return NotSent(type(error).__name__)
    if isinstance(error, requests.Timeout):
        return TransientError("time-out", code="soap.timeout")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return BadAnswer("answer cannot be decoded", code="soap.encoding")
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return TransientError(type(error).__name__, code="soap.broken")
    return PermanentError(type(error).__name__, code="soap.request")


def never_left(error: requests.RequestException) -> bool:
    """Whether the connection failed before the request: no route, refused, certificate not trusted."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return True
    cause = reason.args[0] if isinstance(reason, urllib3.exceptions.SSLError) else None
    return isinstance(cause, ssl.SSLCertVerificationError)
