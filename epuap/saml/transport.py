"""SOAP calls of sign-in, and what their failures are called."""

import requests

from epuap import wire
from eurzad.lib.errors import PermanentError, TransientError

MAX_BYTES = 256 * 1024


def post_soap(url: str, body: bytes, *, seconds: float = 10.0) -> bytes:
    """POST a SOAP 1.1 message and return the answer's bytes (at most 256 KB).

    Raises TransientError for whatever may work later (no connection, 5xx, deadline of `seconds`), else
    PermanentError (redirect, 4xx, too large). HTTP 500 with a body is a SOAP fault and counts as transient.
    """
    try:
        return wire.post(
            url,
            body,
            headers={"SOAPAction": '""'},
            check=_require_success,
            max_bytes=MAX_BYTES,
            seconds=seconds,
        ).content
    except wire.AnswerTooBig as error:
        raise PermanentError(code="idp_answer_size") from error
    except wire.AnswerEncoded as error:
        raise PermanentError(code="idp_encoding") from error
    except (wire.DeadlinePassed, requests.ReadTimeout) as error:
        raise TransientError(code="idp_timeout") from error
    except requests.RequestException as error:
        raise TransientError(code="idp_unreachable") from error


def _require_success(response: requests.Response) -> None:
    if response.status_code >= 500:
        raise TransientError(code="idp_error")
    if response.status_code != 200:
        raise PermanentError(code="idp_http_status")
