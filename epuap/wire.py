"""One POST to a configured address: no redirects, one deadline for the whole exchange, a size cap."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from epuap.deadline import Deadline

_CHUNK = 16 * 1024
_CONNECT_SECONDS = 5.0


class DeadlinePassed(requests.Timeout):
    """The whole exchange took too long."""


class AnswerTooBig(requests.RequestException):
    """The answer went over its limit; the rest was not read."""


class AnswerEncoded(requests.RequestException):
    """The answer is compressed, though nobody asked for that: it could be of any size."""


@dataclass(frozen=True)
class Reply:
    """An answer of a status that the caller took."""

    status: int
    content: bytes


class _WatchedAdapter(HTTPAdapter):
    """Hands every connection it opens to a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        deadline, kind = self._deadline, pool.ConnectionCls

        class Watched(kind):  # type: ignore[misc, valid-type]
            def _new_conn(self) -> socket.socket:
                connected: socket.socket = super()._new_conn()
                deadline.watch(connected)
                return connected

        pool.ConnectionCls = Watched
        return pool


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    check: Callable[[requests.Response], None],
    max_bytes: int,
    seconds: float,
    read_seconds: float | None = None,
) -> Reply:
    """Send `body` and return the answer.

    `seconds` bound the whole exchange, `read_seconds` each wait for the next bytes. `check` looks at status and
    headers before the body is read, and raises what it likes. Raises besides only what is a
    `requests.RequestException`: DeadlinePassed, AnswerTooBig, AnswerEncoded, and those of `requests`.
    """
    timeout = (min(seconds, _CONNECT_SECONDS), read_seconds or seconds)
    sent = {"Content-Type": "text/xml; charset=utf-8", "Accept-Encoding": "identity", **headers}
    with Deadline.after(seconds) as deadline, requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, _WatchedAdapter(deadline))
        try:
            with session.post(
                url, data=body, headers=sent, timeout=timeout, allow_redirects=False, stream=True
            ) as response:
                _require_time(deadline)  # headers that were cut short look whole
                check(response)
                reply = Reply(response.status_code, _read(response, max_bytes))
        except (requests.RequestException, HTTPError, OSError) as error:
            if deadline.has_passed:
                raise DeadlinePassed from error
            if isinstance(error, requests.RequestException):
                raise
            raise requests.ConnectionError(error) from error
        _require_time(deadline)  # so does an answer without a length
        return reply


def _require_time(deadline: Deadline) -> None:
    if deadline.has_passed:
        raise DeadlinePassed


def _read(response: requests.Response, max_bytes: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AnswerEncoded
    received = bytearray()
    while chunk := response.raw.read1(_CHUNK):
        received += chunk
        if len(received) > max_bytes:
            raise AnswerTooBig
    return bytes(received)
