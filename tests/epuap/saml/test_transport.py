"""What a misbehaving host can do to a call: end it, and nothing else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from epuap.saml.transport import MAX_BYTES, post_soap
from eurzad.lib.errors import PermanentError, TransientError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n"
BODY = b"<x/>"


@contextmanager
def host(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen for one connection, read the request and let `answer` do as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received = b""
                while not received.endswith(BODY):  # closing with unread bytes would reset the connection
                    received += connection.recv(65536)
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def sending(*parts: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return answer


def test_a_good_answer_comes_whole() -> None:
    with host(sending(HEAD, b"Content-Length: 4\r\n\r\n", b"<a", b"/>")) as url:
        assert post_soap(url, BODY) == b"<a/>"


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (sending(HEAD, b"Content-Length: 90\r\n\r\n<a"), TransientError, "idp_unreachable"),
        (sending(b"nonsense\r\n\r\n"), TransientError, "idp_unreachable"),
        (sending(b""), TransientError, "idp_unreachable"),
        (sending(HEAD, b"Content-Encoding: gzip\r\n\r\n", b"x"), PermanentError, "idp_encoding"),
        (sending(HEAD, b"\r\n", b"x" * (MAX_BYTES + 1)), PermanentError, "idp_answer_size"),
        (
            sending(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
            PermanentError,
            "idp_http_status",
        ),
    ],
)
def test_a_broken_answer_ends_the_call(
    answer: Callable[[socket.socket], None], error: type[Exception], code: str
) -> None:
    with host(answer) as url, pytest.raises(error) as caught:
        post_soap(url, BODY)
    assert caught.value.code == code  # type: ignore[attr-defined]


def test_a_dripping_answer_ends_at_the_deadline() -> None:
    drops = sending(HEAD, b"\r\n", *[b"x"] * 20, pause=0.05)
    with host(drops) as url:
        start = time.monotonic()
        with pytest.raises(TransientError) as caught:
            post_soap(url, b"<x/>", seconds=0.3)
        assert time.monotonic() - start < 0.9
    assert caught.value.code == "idp_timeout"


def test_a_silent_host_ends_at_the_deadline() -> None:
    with host(lambda connection: time.sleep(0.6)) as url:
        start = time.monotonic()
        with pytest.raises(TransientError):
            post_soap(url, b"<x/>", seconds=0.2)
        assert time.monotonic() - start < 0.5
