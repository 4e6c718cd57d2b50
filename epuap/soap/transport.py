"""SOAP calls to ePUAP and the trusted profile, and what their failures say about the other side."""

import ssl

import requests
import urllib3.exceptions

from epuap import wire
from epuap.soap.config import ANSWER_BYTES
from epuap.soap.errors import BadAnswer, NotSent
from eurzad.lib.errors import PermanentError, TransientError

READ_SECONDS = 10.0
DEADLINE_SECONDS = 20.0
RETRYABLE_STATUS = {408, 425, 429}
XML_TYPES = {"text/xml", "application/soap+xml", "application/xml"}


def post_soap(url: str, message: bytes, *, action: str, max_bytes: int = ANSWER_BYTES) -> wire.Reply:
    """Send one SOAP 1.1 message and return the XML answer of at most `max_bytes`, of status 200 or of a fault.

    Raises NotSent (no connection), TransientError (time-out, broken answer, 5xx without XML),
    BadAnswer (redirect, wrong content type, too big) and PermanentError (4xx).
    """
    try:
        return wire.post(
            url,
            message,
            headers={"Accept": "text/xml", "SOAPAction": f'"{action}"'},
            check=check_status,
            max_bytes=max_bytes,
            seconds=DEADLINE_SECONDS,
            read_seconds=READ_SECONDS,
        )
    except requests.RequestException as error:
        raise translate(error) from error


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


def translate(error: requests.RequestException) -> TransientError | PermanentError:
    """The product's error for one of `requests`."""
    if never_left(error):
        return NotSent(type(error).__name__)
    if isinstance(error, requests.Timeout):
        return TransientError("time-out", code="soap.timeout")
    if isinstance(error, wire.AnswerTooBig):
        return BadAnswer("answer over the size limit", code="soap.too_big")
    if isinstance(error, wire.AnswerEncoded):
        return BadAnswer("answer is compressed", code="soap.encoding")
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
