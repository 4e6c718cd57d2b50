"""SOAP over HTTPS to a configured address: no redirects, one deadline for the whole call, a size cap."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from eurzad.lib.errors import PermanentError, TransientError

MAX_BYTES = 256 * 1024
_CHUNK = 16 * 1024
_CONNECT_SECONDS = 5.0


class Deadline:
    """Ends a call when its time is up, whatever the host drips: its sockets are shut down under it."""

    def __init__(self) -> None:
        self.has_passed = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connected: socket.socket) -> None:
        """Shut this socket down too, at once when it comes too late."""
        with self._lock:
            self._sockets.append(connected)
            if self.has_passed:
                _shut_down(connected)

    def end(self) -> None:
        """The time is up."""
        with self._lock:
            self.has_passed = True
            for connected in self._sockets:
                _shut_down(connected)

    @classmethod
    @contextlib.contextmanager
    def after(cls, seconds: float) -> Iterator["Deadline"]:
        """Have the deadline pass in so many seconds unless the block ends before."""
        deadline = cls()
        timer = threading.Timer(seconds, deadline.end)
        timer.daemon = True
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()


def _shut_down(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


class _WatchedAdapter(HTTPAdapter):
    """Hands every socket it opens to a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        deadline, kind = self._deadline, pool.ConnectionCls

        class Watched(kind):  # type: ignore[misc, valid-type]
            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        pool.ConnectionCls = Watched
        return pool


def post_soap(url: str, body: bytes, *, seconds: float = 10.0) -> bytes:
    """POST a SOAP 1.1 message and return the answer's bytes (at most 256 KB).

    Raises TransientError for whatever may work later (no connection, 5xx, deadline of `seconds`), else
    PermanentError (redirect, 4xx, too large). HTTP 500 with a body is a SOAP fault and counts as transient.
    """
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept-Encoding": "identity"}
    with Deadline.after(seconds) as deadline, requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, _WatchedAdapter(deadline))
        try:
            with session.post(
                url,
                data=body,
                headers=headers,
                timeout=(min(seconds, _CONNECT_SECONDS), seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                _require_success(response.status_code)
                content = _read(response)
        except (requests.RequestException, HTTPError, OSError) as error:
            code = "idp_timeout" if deadline.has_passed else "idp_unreachable"
            raise TransientError(code=code) from error
        if deadline.has_passed:  # an answer without a length that was cut short looks whole
            raise TransientError(code="idp_timeout")
        return content


def _require_success(status: int) -> None:
    if status >= 500:
        raise TransientError(code="idp_error")
    if status != 200:
        raise PermanentError(code="idp_http_status")


def _read(response: requests.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PermanentError(code="idp_encoding")
    received = bytearray()
    while chunk := response.raw.read1(_CHUNK):
        received += chunk
        if len(received) > MAX_BYTES:
            raise PermanentError(code="idp_answer_size")
    return bytes(received)
