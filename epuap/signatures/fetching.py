"""Questions to the addresses a certificate names: bounded in time and bytes, never into private networks.

Such an address is chosen by the issuer of a trusted certificate; still, nothing there can hold a request,
fill the memory or be led to another host. Spoken with http.client: no proxies, no decompression, no cookies.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import logging
import socket
import ssl
import time
from urllib.parse import urljoin, urlsplit

from epuap.deadline import Deadline

MAX_SECONDS = 5.0
"""For one question."""
ALL_SECONDS = 10.0
"""For all questions about one document, so that a job that checks ten signatures ends in time."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 2

log = logging.getLogger(__name__)


class TimeLeft:
    """How long a row of questions may still take."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left for one question, at most MAX_SECONDS; 0 when it is over."""
        return max(0.0, min(MAX_SECONDS, self._end - time.monotonic()))


class _NoAnswer(Exception):
    """Why there is no answer, for the log."""


def fetch(
    url: str,
    *,
    max_bytes: int,
    time_left: TimeLeft,
    question: bytes | None = None,
    private_hosts: bool = False,
) -> bytes | None:
    """Return the body that answers a GET, or a POST of the OCSP `question`; None, and a line in the log, without one.

    Redirects are followed only to the same host and port. `private_hosts` permits addresses that are not
    public (loopback, link-local, private). The resolving of names keeps to the system's limits.
    """
    try:
        for _ in range(1 + _MAX_REDIRECTS):
            status, location, body = _exchange(
                url, max_bytes=max_bytes, time_left=time_left, question=question, private_hosts=private_hosts
            )
            if status == http.client.OK:
                return body
            url = _redirected(url, status, location)
        reason = "redirects"
    except _NoAnswer as error:
        reason = str(error)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = type(error).__name__
    log.warning("revocation: no answer from %s: %s", _host(url), reason)
    return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _redirected(url: str, status: int, location: str) -> str:
    if status not in _REDIRECTS or not location:
        raise _NoAnswer(f"status {status}")
    target = urljoin(url, location)
    if _origin(target) != _origin(url):
        raise _NoAnswer("redirect to another host")
    return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _exchange(
    url: str, *, max_bytes: int, time_left: TimeLeft, question: bytes | None, private_hosts: bool
) -> tuple[int, str, bytes]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise _NoAnswer("not an address of http or https")
    seconds = time_left.left()
    if not seconds:
        raise _NoAnswer("no time left")
    plain = parts.scheme == "http"
    port = parts.port or (80 if plain else 443)
    wire = _connect(parts.hostname, port, seconds, private_hosts=private_hosts)
    with Deadline.after(seconds) as deadline, contextlib.ExitStack() as closing:
        closing.callback(wire.close)
        deadline.watch(wire)
        if not plain:
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=parts.hostname)
            closing.callback(wire.close)
        connection = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = wire
        headers = {"Accept": "*/*", "Connection": "close"}
        if question is not None:
            headers["Content-Type"] = "application/ocsp-request"
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET" if question is None else "POST", target, question, headers)
        response = connection.getresponse()
        body = response.read(max_bytes + 1) if response.status == http.client.OK else b""
        if deadline.has_passed:
            raise _NoAnswer("too slow")
        if len(body) > max_bytes:
            raise _NoAnswer("too big")
        if body and response.length:
            raise _NoAnswer("cut short")
        return response.status, response.headers.get("Location", ""), body


def _connect(host: str, port: int, seconds: float, *, private_hosts: bool) -> socket.socket:
    """Connect to the first address of the host that is permitted: the address checked is the one connected to."""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if private_hosts or _is_public(str(address[0])):
            tcp = socket.socket(family, kind, protocol)
            try:
                tcp.settimeout(seconds)
                tcp.connect(address)
            except OSError:
                tcp.close()
                raise
            return tcp
    raise _NoAnswer("a private address")


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global
