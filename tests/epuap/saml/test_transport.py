"""What a misbehaving host can do to a call: end it, and nothing else."""

import socket
from collections.abc import Callable

import pytest

from epuap.saml.transport import MAX_BYTES, post_soap
from eurzad.lib.errors import PermanentError, TransientError
from tests.support.hosts import BODY, HEAD, dripping, host, sending, silent


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


@pytest.mark.parametrize(
    "answer",
    [dripping(HEAD, b"\r\n"), dripping(HEAD), dripping(b"HTTP/1.1 200 "), silent],
    ids=["body", "header", "status", "nothing"],
)
def test_a_host_that_takes_its_time_is_left_at_the_deadline(
    answer: Callable[[socket.socket], None],
) -> None:
    with host(answer) as url:
        with pytest.raises(TransientError) as caught:
            post_soap(url, BODY, seconds=0.3)
        assert caught.value.code in ("idp_timeout", "idp_unreachable")
    with host(sending(HEAD, b"Content-Length: 4\r\n\r\n", b"<a/>")) as url:
        assert post_soap(url, BODY) == b"<a/>"


def test_no_other_host_is_ever_called() -> None:
    with host(sending(b"<never/>")) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n".encode()
        with host(sending(moved)) as url, pytest.raises(PermanentError) as caught:
            post_soap(url, BODY)
        assert caught.value.code == "idp_http_status"
        with socket.create_connection(("127.0.0.1", int(other.split(":")[2].strip("/")))) as first:
            first.sendall(BODY)  # the other host is still waiting for its first caller
            assert first.recv(100) == b"<never/>"
