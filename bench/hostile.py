"""Hostile messages of many shapes, each judged in a process of its own: how long, and how much memory.

What is expected of every entry is an answer (a refusal with a code, or a report that is not valid) within a
second and within 100 MB more than the process held before.
"""

import base64
import multiprocessing
import os
import time
import zlib
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from bench.signin import ACS, expectation, make_signer, plain_response
from epuap.saml.errors import SignInRefused
from epuap.saml.metadata import EPUAP
from epuap.saml.response import Trust as SignInTrust
from epuap.saml.response import read_posted_answer
from epuap.signatures.trust import Trust
from epuap.signatures.verify import verify_file
from epuap.soap.envelope import open_answer
from epuap.soap.errors import BadAnswer
from epuap.xml.receipts import ReceiptRefused, verify_receipt
from eurzad.lib import clock

MAX_SECONDS, MAX_MEGABYTES = 1.0, 100
DS = "http://www.w3.org/2000/09/xmldsig#"
REFERENCE = b'<ds:Reference URI=""><ds:Transforms>%s</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>'
TRANSFORM = b'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'


def signature(references: bytes, *, value: bytes = b"AAAA", more: bytes = b"") -> bytes:
    """A ds:Signature of the right shape around whatever references."""
    return (
        b'<ds:Signature xmlns:ds="%s" Id="s"><ds:SignedInfo><ds:CanonicalizationMethod '
        b'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod '
        b'Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>%s</ds:SignedInfo>'
        b"<ds:SignatureValue>%s</ds:SignatureValue>%s</ds:Signature>" % (DS.encode(), references, value, more)
    )


def shapes(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Every shape by its name; `good` is a response that signs in, to be spoiled."""
    one = REFERENCE % TRANSFORM
    yield "nothing", b""
    yield "zeros", bytes(5_000_000)
    yield "random", os.urandom(5_000_000)
    yield "one element of 9 MB text", b"<a>" + b"x" * 9_000_000 + b"</a>"
    yield "one attribute of 9 MB", b'<a b="' + b"x" * 9_000_000 + b'"/>'
    yield "name of 5 MB", b"<" + b"a" * 5_000_000 + b"/>"
    yield "deep", b"<a>" * 400_000 + b"</a>" * 400_000
    yield "deep, never closed", b"<a>" * 900_000
    yield "wide", b"<a>" + b"<b/>" * 900_000 + b"</a>"
    yield "wide within the limit", b"<a>" + b"<b/>" * 49_000 + b"</a>"
    yield "comments", b"<a>" + b"<!-- -->" * 600_000 + b"</a>"
    yield "processing instructions", b"<a>" + b"<?a b?>" * 600_000 + b"</a>"
    yield "prolog of comments", b"<!-- -->" * 600_000 + b"<a/>"
    yield "prolog never ends", b"<!-- " * 900_000
    yield "declaration never ends", b"<?xml " * 900_000
    yield "attributes", b"<a " + b" ".join(b'x%d="1"' % n for n in range(190_000)) + b"/>"
    yield "namespaces", b"<a " + b" ".join(b'xmlns:x%d="u:%d"' % (n, n) for n in range(90_000)) + b"/>"
    nest = b"".join(b'<a xmlns:p%d="u:%d" xmlns="v:%d">' % (n, n, n) for n in range(90))
    yield "namespaces nested and used", nest + b"<p0:b/>" * 20_000 + b"</a>" * 90
    yield "namespaces on every element", b"<a>" + b"".join(
        b'<p%d:b xmlns:p%d="u:%d"/>' % (n, n, n) for n in range(45_000)
    ) + b"</a>"  # fmt: skip
    yield (
        "entities",
        (
            b'<!DOCTYPE a [<!ENTITY x0 "xxxxxxxxxx">'
            + b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 30))
            + b"]><a>&x29;</a>"
        ),
    )
    yield "external entity", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    yield (
        "DTD behind a comment",
        b'<?xml version="1.0"?><!-- --><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
    )
    yield "utf-16", "<a/>".encode("utf-16")
    yield "character references", b"<a>" + b"&#65;" * 900_000 + b"</a>"
    yield "references", b"<a>" + signature(one * 10_000) + b"</a>"
    yield "transforms", b"<a>" + signature(REFERENCE % (TRANSFORM * 20_000)) + b"</a>"
    prefixes = b" ".join(b"p%d" % n for n in range(500_000))
    inclusive = TRANSFORM[:-2] + (
        b'><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="'
        + prefixes
        + b'"/></ds:Transform>'
    )
    yield "prefix list", b"<a>" + signature(REFERENCE % inclusive) + b"</a>"
    yield "signatures", b"<a>" + signature(one) * 4_000 + b"</a>"
    yield "signatures in each other", b"<a>" + (
        b'<ds:Signature xmlns:ds="%s">' % DS.encode() * 90 + b"</ds:Signature>" * 90
    ) + b"</a>"  # fmt: skip
    yield "signature value of 4 MB", b"<a>" + signature(one, value=b"QUFB" * 1_000_000) + b"</a>"
    certificate = b"<ds:X509Certificate>QUFB</ds:X509Certificate>"
    yield "certificates", b"<a>" + signature(
        one, more=b"<ds:KeyInfo><ds:X509Data>" + certificate * 20_000 + b"</ds:X509Data></ds:KeyInfo>"
    ) + b"</a>"  # fmt: skip
    yield "objects", signature(one, more=b"<ds:Object/>" * 40_000)
    yield "equal ids", b"<a>" + b'<b Id="x"/>' * 40_000 + b"</a>"
    yield (
        "good, many attributes added",
        good.replace(b"</", b"<x " + b" ".join(b'a%d="1"' % n for n in range(900)) + b"/></", 12),
    )
    yield "good, then rubbish", good + b"<a/>" * 1_000
    yield "good, cut off", good[: len(good) // 2]
    yield "good, padded to the limit", good.replace(b"</", b"<!--" + b"x" * 200_000 + b"--></", 1)
    yield "pdf head only", b"%PDF-1.7\n" + os.urandom(5_000_000)
    yield "pdf of one bomb", pdf(b"/Filter /FlateDecode", zlib.compress(bytes(400_000_000), 9))
    yield "pdf of objects", b"%PDF-1.7\n" + b"".join(
        b"%d 0 obj\n<<>>\nendobj\n" % n for n in range(250_000)
    ) + b"trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"  # fmt: skip
    yield (
        "pdf whose xref points at itself",
        (
            b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"
        ),
    )
    yield "pdf of brackets", b"%PDF-1.7\n1 0 obj\n" + b"[" * 3_000_000 + b"\nstartxref\n9\n%%EOF"


def pdf(entries: bytes, stream: bytes) -> bytes:
    """A PDF whose cross-reference stream is `stream`, which a reader must unpack first."""
    return (
        b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Length %d %s>>\nstream\n%s\nendstream\n"
        b"endobj\nstartxref\n9\n%%%%EOF" % (len(stream), entries, stream)
    )


def entries() -> dict[str, Callable[[bytes], str]]:
    """Where foreign bytes come in: each takes them and returns what it answered."""
    signer = make_signer()
    sign_in = SignInTrust(certificates=(signer.certificate,), keys=(), profile=EPUAP)
    trust = Trust(seals=(signer.certificate,), qualified=(), personal=(), fetch=False)

    def signed_in(data: bytes) -> str:
        try:
            read_posted_answer(data, expected=expectation(ACS), trust=sign_in)
        except SignInRefused as refused:
            return refused.code
        return "SIGNED IN"

    def document(data: bytes) -> str:
        report = verify_file(data, trust=trust, now=clock.now())
        return "VALID" if report.is_valid else report.code

    def receipt(data: bytes) -> str:
        try:
            verify_receipt(data, certificates=(signer.certificate,), document=None)
        except ReceiptRefused as refused:
            return refused.reason or refused.code
        return "VALID"

    def service(data: bytes) -> str:
        try:
            open_answer(data, peer_certificates=signer.certificate_pem)
        except BadAnswer as refused:
            return refused.code
        return "BELIEVED"

    return {"sign-in": signed_in, "document": document, "receipt": receipt, "web service": service}


def megabytes(field: str) -> float:
    """VmRSS or VmHWM of this process, MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def judge(entry: Callable[[bytes], str], data: bytes, answer: Connection) -> None:
    """Run in the child: judge once and say what came, seconds, and the peak of memory over what was held before."""
    before = megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    begun = time.perf_counter()
    try:
        said = entry(data)
    except Exception as error:  # noqa: BLE001 - the finding itself
        said = f"UNHANDLED {type(error).__name__}"
    seconds = time.perf_counter() - begun
    answer.send((said, seconds, megabytes("VmHWM") - before))


def run() -> None:
    """Print the slowest and the largest, and everything that is over a limit or not refused."""
    fork = multiprocessing.get_context("fork")
    signer = make_signer()
    good = plain_response(signer)
    rows: list[tuple[float, float, str, str, str]] = []
    for name, check in entries().items():
        check(base64.b64decode("PGEvPg=="))  # what is loaded once is not counted
        check(b"%PDF-1.7\n")
        for shape, data in shapes(good):
            here, there = fork.Pipe(duplex=False)
            child = fork.Process(target=judge, args=(check, data, there))
            child.start()
            there.close()
            try:
                said, seconds, rise = here.recv() if here.poll(30) else ("NO ANSWER in 30 s", 30.0, 0.0)
            except EOFError:
                said, seconds, rise = "DIED", 0.0, 0.0
            child.kill()
            child.join()
            rows.append((seconds, rise, name, shape, said))
    over = [
        row
        for row in rows
        if row[0] > MAX_SECONDS or row[1] > MAX_MEGABYTES or (row[4].split()[0].isupper() and row[4] != "")
    ]
    print(f"{len(rows)} messages judged; limits {MAX_SECONDS:.0f} s and {MAX_MEGABYTES} MB")
    for title, chosen in (
        ("slowest", sorted(rows, reverse=True)[:5]),
        ("largest", sorted(rows, key=lambda row: row[1], reverse=True)[:5]),
        ("OVER A LIMIT OR NOT REFUSED", over),
    ):
        print(f"{title}:" if chosen else f"{title}: none")
        for seconds, rise, name, shape, said in chosen:
            print(f"  {seconds:6.2f} s {rise:6.0f} MB  {name}: {shape} → {said[:60]}")
