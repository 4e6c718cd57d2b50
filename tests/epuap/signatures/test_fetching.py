"""Asking an issuer about revocation: what it answers, and what a hostile one may try."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from cryptography.x509 import ocsp

from epuap.signatures import fetching
from epuap.signatures.fetching import TimeLeft, fetch
from epuap.signatures.report import NO_REVOCATION_CHECK
from epuap.signatures.trust import Distrusted, Evidence, Judgement, Trust, Undecided, judge
from tests.epuap.signatures import pki
from tests.epuap.signatures.pki import DAY, HOUR, NOW, SIGNED, Holder, certify, crl_of, ocsp_of, person

Answer = Callable[[socket.socket, bytes], None]


def reply(body: bytes, *, status: str = "200 OK", headers: str = "", length: int | None = None) -> Answer:
    """Answer with these bytes."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode()
    return lambda peer, _: peer.sendall(head + body)


@dataclass
class Server:
    """A server on the loopback address; `answers` by path, `asked` holds the requests it got."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                try:
                    request = _request(peer)
                    made.asked.append(request)
                    path = request.split(b" ")[1].decode()
                    made.answers.get(path, reply(b"", status="404 Not Found"))(peer, request)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield made
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def _request(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(4096)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += peer.recv(4096)
    return head + b"\r\n\r\n" + body


def got(
    url: str, *, seconds: float = 5, max_bytes: int = 1000, question: bytes | None = None
) -> bytes | None:
    return fetch(url, max_bytes=max_bytes, time_left=TimeLeft(seconds), question=question, private_hosts=True)


# --- one question


def test_an_answer(server: Server) -> None:
    server.answers["/list?a=1"] = reply(b"list")
    assert got(server.url("/list?a=1")) == b"list"
    assert server.asked[0].startswith(b"GET /list?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    server.answers["/ocsp"] = reply(b"x" * 1000)
    assert got(server.url("/ocsp"), question=b"question") == b"x" * 1000
    assert server.asked[1].startswith(b"POST /ocsp ") and server.asked[1].endswith(b"\r\n\r\nquestion")
    assert b"Content-Type: application/ocsp-request" in server.asked[1]


def test_no_answer(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.answers = {
        "/big": reply(b"x" * 1001),
        "/endless": lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000),
        "/short": reply(b"x" * 10, length=20),
        "/error": reply(b"x", status="500 Oops"),
        "/silent": lambda peer, _: None,
        "/junk": lambda peer, _: peer.sendall(b"\x00\x01" * 50),
        "/headers": lambda peer, _: peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"),
    }
    for path in (*server.answers, "/missing"):
        assert got(server.url(path)) is None, path
    assert len(caplog.records) == len(server.answers) + 1
    assert all("127.0.0.1" in one.getMessage() and "/" not in one.getMessage() for one in caplog.records)


def test_a_server_that_never_ends_is_cut_off(server: Server) -> None:
    stop = threading.Event()

    def drip(peer: socket.socket, _: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stop.wait(0.02):
            peer.sendall(b"x")

    def drip_headers(peer: socket.socket, _: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nA: ")
        while not stop.wait(0.02):
            peer.sendall(b"x")

    server.answers = {"/": drip_headers, "/body": drip}
    try:
        assert got(server.url(), seconds=0.3) is None
        assert got(server.url("/body"), seconds=0.3) is None
    finally:
        stop.set()


def test_a_deadline_holds_for_all_questions(server: Server) -> None:
    server.answers["/"] = reply(b"x")
    over = TimeLeft(0)
    assert fetch(server.url(), max_bytes=9, time_left=over, private_hosts=True) is None and server.asked == []
    assert 0 < TimeLeft(60).left() <= fetching.MAX_SECONDS


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/moved", b"moved"),
        ("http://127.0.0.1:{port}/moved", b"moved"),
        ("http://localhost:{port}/moved", None),
        ("http://127.0.0.1:1/moved", None),
        ("https://127.0.0.1:{port}/moved", None),
        ("file:///etc/hostname", None),
        ("//example.test/", None),
        ("/loop", None),
        ("", None),
    ],
)  # fmt: skip
def test_redirects_stay_on_the_host(server: Server, target: str, expected: bytes | None) -> None:
    location = target.format(port=server.port)
    server.answers = {
        "/loop": reply(b"", status="302 Found", headers=f"Location: {location}\r\n"),
        "/moved": reply(b"moved"),
    }
    assert got(server.url("/loop")) == expected
    if target == "/loop":
        assert len(server.asked) == 3


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/", "file:///etc/hostname", "ldap://127.0.0.1/x", "http://", "http:///x", "//x", "",
        "http://user@127.0.0.1:{port}/", "http://127.0.0.1:99999/", "http://[::1", "http://127.0.0.1:{port}/a\r\nB: c",
        "http://127.0.0.1:{port}/a b",
    ],
)  # fmt: skip
def test_only_plain_addresses_of_the_web(server: Server, url: str) -> None:
    server.answers["/"] = reply(b"x")
    assert got(url.format(port=server.port)) is None
    assert all(b"\r\nB: c" not in one for one in server.asked)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::",
    ],
)  # fmt: skip
def test_private_networks_are_never_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    """Whatever name it goes by: the address that is checked is the one connected to."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", (address, server.port))]
    )
    assert fetch("http://crl.example.test/", max_bytes=9, time_left=TimeLeft(5)) is None
    assert server.asked == [] and "a private address" in caplog.text


def test_public_addresses_may_be_asked() -> None:
    for address in ("193.0.0.1", "2a00::1", "8.8.8.8"):
        assert fetching._is_public(address)


# --- asked while a signature is judged


@pytest.fixture(scope="module")
def root() -> Holder:
    return certify("Kwalifikowany wystawca", authority=True)


def judged(
    root: Holder,
    holder: Holder,
    *,
    fetch: bool = True,
    time_left: TimeLeft | None = None,
    **evidence: tuple[bytes, ...],
) -> Judgement:
    trust = Trust(qualified=(root.certificate,), fetch=fetch, private_hosts=True, time_left=time_left)
    return judge(holder.certificate, trust=trust, evidence=Evidence(**evidence), at=SIGNED, now=NOW)


def test_the_issuer_is_asked_by_ocsp_first(server: Server, root: Holder) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp"), crl=server.url("/crl")))
    server.answers["/ocsp"] = reply(ocsp_of(holder, root))
    assert judged(root, holder).remarks == ()
    (asked,) = server.asked
    request = ocsp.load_der_ocsp_request(asked.partition(b"\r\n\r\n")[2])
    assert request.serial_number == holder.certificate.serial_number


@pytest.mark.parametrize("bad", ["none", "junk", "another", "stale"])
def test_then_by_its_list(server: Server, root: Holder, bad: str) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp"), crl=server.url("/crl")))
    if bad != "none":
        old = {"since": NOW - 9 * DAY, "until": NOW - 8 * DAY}
        answers = {
            "junk": b"junk",
            "another": ocsp_of(person(root), root),
            "stale": ocsp_of(holder, certify("Kwalifikowany wystawca", authority=True), **old),
        }
        server.answers["/ocsp"] = reply(answers[bad])
    server.answers["/crl"] = reply(crl_of(root))
    assert judged(root, holder).remarks == ()
    server.answers["/crl"] = reply(crl_of(root, {holder.certificate.serial_number: SIGNED - HOUR}))
    with pytest.raises(Distrusted, match=r"^revoked$"):
        judged(root, holder)
    server.answers["/crl"] = reply(crl_of(root, {holder.certificate.serial_number: SIGNED + HOUR}))
    with pytest.raises(Undecided, match=r"^revoked_since$"):
        judged(root, holder)


def test_nobody_is_asked_without_need(server: Server, root: Holder) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp"), crl=server.url("/crl")))
    assert judged(root, holder, fetch=False).remarks == (NO_REVOCATION_CHECK,)
    assert judged(root, holder, crls=(crl_of(root),)).remarks == ()
    stranger = person(
        certify("Obcy", authority=True), extensions=pki.addresses(responder=server.url("/ocsp"))
    )
    with pytest.raises(Undecided):
        judged(root, stranger)
    unqualified = person(root, qc="", extensions=pki.addresses(responder=server.url("/ocsp")))
    with pytest.raises(Undecided):
        judged(root, unqualified)
    assert server.asked == [], "only a trusted certificate's own addresses are asked"


def test_the_signatures_of_one_document_share_their_time(server: Server, root: Holder) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp")))
    server.answers["/ocsp"] = reply(ocsp_of(holder, root))
    assert judged(root, holder, time_left=TimeLeft(0)).remarks == (NO_REVOCATION_CHECK,)
    assert server.asked == []
    shared = Trust(qualified=(root.certificate,)).for_one_document().time_left
    assert shared is not None and judged(root, holder, time_left=shared).remarks == ()


def test_an_old_answer_is_not_enough_where_the_issuer_can_be_asked(server: Server, root: Holder) -> None:
    """A thief of a revoked key may embed yesterday's answer and state yesterday's time."""
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp")))
    old = ocsp_of(holder, root, since=SIGNED - HOUR, until=SIGNED + HOUR)
    server.answers["/ocsp"] = reply(ocsp_of(holder, root, revoked_at=NOW - HOUR))
    with pytest.raises(Undecided, match=r"^revoked_since$"):
        judged(root, holder, ocsps=(old,))


def test_an_issuer_that_does_not_answer_leaves_a_remark(server: Server, root: Holder) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp"), crl="ldap://127.0.0.1/x"))
    assert judged(root, holder).remarks == (NO_REVOCATION_CHECK,)
    assert len(server.asked) == 1


def test_dates_of_the_server_are_not_believed_ahead(server: Server, root: Holder) -> None:
    holder = person(root, extensions=pki.addresses(responder=server.url("/ocsp")))
    server.answers["/ocsp"] = reply(ocsp_of(holder, root, since=NOW + HOUR, until=NOW + DAY))
    assert judged(root, holder).remarks == (NO_REVOCATION_CHECK,)
