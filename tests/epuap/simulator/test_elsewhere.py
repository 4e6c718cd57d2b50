"""Files signed outside the portal, and what their authorities publish: libxmlsec and OpenSSL agree with the twin."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path

import pytest
import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from lxml import etree
from weasyprint import HTML

from eurzad.lib.personas import ANNA, BORYS
from tests.epuap.simulator.peer import NS, Peer
from tests.support.pages import check_page
from tests.support.simulator import post_form, sign_file

DOCUMENT = "<w:Wniosek xmlns:w='urn:test'><w:Tekst>Zażółć</w:Tekst></w:Wniosek>".encode()
DS = NS["ds"]
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
QC = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


@pytest.fixture(scope="module")
def pdf() -> bytes:
    content: bytes = HTML(string="<p lang=pl>Pismo</p>").write_pdf()
    return content


def certificates(root: etree._Element) -> list[x509.Certificate]:
    texts = root.iterfind(".//ds:X509Certificate", NS)
    return [x509.load_der_x509_certificate(base64.b64decode(e.text)) for e in texts]


def verify(signature: etree._Element) -> x509.Certificate:
    """Let libxmlsec check a signature with the certificate it carries; return that certificate."""
    certificate = certificates(signature)[0]
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    for element in signature.iter(etree.Element):
        if element.get("Id"):
            context.register_id(element, "Id")
    context.verify(signature)
    return certificate


def references(signature: etree._Element) -> list[tuple[str, list[str]]]:
    found = signature.iterfind("ds:SignedInfo/ds:Reference", NS)
    return [
        (e.get("URI"), [t.get("Algorithm") for t in e.iterfind("ds:Transforms/ds:Transform", NS)])
        for e in found
    ]


@pytest.mark.parametrize("kind", ["qualified", "personal", "epsignature", "podpiszp"])
def test_enveloped(peer: Peer, kind: str) -> None:
    once = sign_file(peer.simulator, DOCUMENT, kind=kind)
    twice = etree.fromstring(sign_file(peer.simulator, once, kind="qualified", signer="borys"))
    first, second = twice.findall("ds:Signature", NS)
    certificate = verify(first)
    verify(second)
    issuer = {"qualified": "qualified-ca", "personal": "personal-ca"}.get(kind)
    if issuer is None:
        assert certificate == x509.load_pem_x509_certificate(peer.public("tps-seal.crt"))
        assert ANNA.pesel in "".join(first.itertext())
    else:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(peer.public(f"{issuer}.crt")))
        assert f"PNOPL-{ANNA.pesel}" in certificate.subject.rfc4514_string()
        assert bool([e for e in certificate.extensions if e.oid == QC]) is (kind == "qualified")
    assert f"PNOPL-{BORYS.pesel}" in certificates(second)[0].subject.rfc4514_string()
    for signature in (first, second):
        signature.getparent().remove(signature)
    assert etree.tostring(twice, method="c14n") == etree.tostring(etree.fromstring(DOCUMENT), method="c14n")


@pytest.mark.parametrize("packaging", ["enveloping", "enveloping-xml"])
def test_enveloping(peer: Peer, packaging: str) -> None:
    root = etree.fromstring(sign_file(peer.simulator, DOCUMENT, packaging=packaging))
    assert root.tag == f"{{{DS}}}Signature"
    verify(root)
    content = root.find("ds:Object", NS)
    (uri, transforms), _ = references(root)
    assert (uri, transforms) == (f"#{content.get('Id')}", [EXC_C14N])
    assert root.find("ds:SignedInfo/ds:Reference", NS).get("Type") == f"{DS}Object"
    if packaging == "enveloping":
        assert content.get("Encoding") == f"{DS}base64" and base64.b64decode(content.text) == DOCUMENT
    else:
        assert content[0].tag == "{urn:test}Wniosek" and content[0][0].text == "Zażółć"
    content.tail = None
    content.text = "IA=="
    with pytest.raises(xmlsec.Error):
        verify(root)


@pytest.mark.parametrize("name", ["wniosek.xml", "wniosek o dostęp.pdf"])
def test_detached(peer: Peer, name: str, pdf: bytes) -> None:
    content = pdf if name.endswith("pdf") else DOCUMENT
    root = etree.fromstring(sign_file(peer.simulator, content, packaging="detached", file_name=name))
    assert root.tag == f"{{{DS}}}Signature"
    (uri, transforms), _ = references(root)
    assert requests.utils.unquote(uri) == name and transforms == []
    digest = root.findtext("ds:SignedInfo/ds:Reference/ds:DigestValue", "", NS)
    assert base64.b64decode(digest) == hashlib.sha256(content).digest()
    # libxmlsec would fetch the file, so the value is checked by hand.
    key = certificates(root)[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    info = etree.tostring(root.find("ds:SignedInfo", NS), method="c14n", exclusive=True)
    value = base64.b64decode(root.findtext("ds:SignatureValue", "", NS))
    key.verify(value, info, padding.PKCS1v15(), hashes.SHA256())
    properties = root.find(".//xades:SignedProperties", NS)
    own = root.findall("ds:SignedInfo/ds:Reference", NS)[1]
    canonical = etree.tostring(properties, method="c14n", exclusive=True)
    assert base64.b64decode(own.findtext("ds:DigestValue", "", NS)) == hashlib.sha256(canonical).digest()


def test_pdf(peer: Peer, pdf: bytes, tmp_path: Path) -> None:
    signed = sign_file(peer.simulator, pdf, packaging="pdf", file_name="pismo.pdf", kind="personal")
    assert signed.startswith(pdf) and b"/ETSI.CAdES.detached" in signed
    a, b, c, d = map(int, re.findall(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)", signed)[-1])
    assert (a, c + d) == (0, len(signed))
    (tmp_path / "content").write_bytes(signed[a : a + b] + signed[c : c + d])
    encoded = signed[b + 1 : c - 1].decode()
    (tmp_path / "cms").write_bytes(bytes.fromhex(encoded))
    (tmp_path / "ca.pem").write_bytes(peer.public("personal-ca.crt"))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "content"]
    options = ["-CAfile", "ca.pem", "-purpose", "any", "-out", "out"]
    subprocess.run([*command, *options], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "content").write_bytes(b"x" + signed[a + 1 : a + b] + signed[c : c + d])
    changed = subprocess.run([*command, *options], cwd=tmp_path, check=False, capture_output=True)
    assert changed.returncode != 0


def address(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> str:
    found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return next(a.access_location.value for a in found if a.access_method == method)


def crl_address(certificate: x509.Certificate) -> str:
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (name,) = points[0].full_name or []
    return str(name.value)


def ask_ocsp(
    certificate: x509.Certificate, issuer: x509.Certificate, *, get: bool = False
) -> ocsp.OCSPResponse:
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    data = request.public_bytes(serialization.Encoding.DER)
    url = address(certificate, Access.OCSP)
    if get:
        encoded = requests.utils.quote(base64.b64encode(data).decode(), safe="")
        answer = requests.get(f"{url}/{encoded}", timeout=10)
    else:
        answer = requests.post(url, data, headers={"Content-Type": "application/ocsp-request"}, timeout=10)
    assert answer.status_code == 200, answer.text
    return ocsp.load_der_ocsp_response(answer.content)


@pytest.mark.parametrize("kind", ["qualified", "personal"])
def test_revocation(peer: Peer, kind: str, tmp_path: Path) -> None:
    signed = sign_file(peer.simulator, DOCUMENT, kind=kind)
    certificate, issuer = certificates(etree.fromstring(signed))
    served = requests.get(address(certificate, Access.CA_ISSUERS), timeout=10).content
    assert x509.load_der_x509_certificate(served) == issuer
    assert ask_ocsp(certificate, issuer).certificate_status == ocsp.OCSPCertStatus.GOOD
    (tmp_path / "ca.pem").write_bytes(issuer.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def openssl() -> int:
        crl = x509.load_der_x509_crl(requests.get(crl_address(certificate), timeout=10).content)
        assert crl.is_signature_valid(issuer.public_key())
        (tmp_path / "crl.pem").write_bytes(crl.public_bytes(serialization.Encoding.PEM))
        command = ["openssl", "verify", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", "-crl_check", "leaf.pem"]
        return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode

    assert openssl() == 0
    assert peer.simulator.revoke(certificate.serial_number)
    assert not peer.simulator.revoke(certificate.serial_number)
    assert openssl() != 0
    answer = ask_ocsp(certificate, issuer, get=True)
    assert answer.certificate_status == ocsp.OCSPCertStatus.REVOKED
    command = ["openssl", "ocsp", "-issuer", "ca.pem", "-cert", "leaf.pem", "-CAfile", "ca.pem", "-url"]
    done = subprocess.run(
        [*command, address(certificate, Access.OCSP)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Response verify OK" in done.stderr and "revoked" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("state", ["valid", "revoked", "expired", "unqualified", "foreign"])
def test_states_of_certificates(peer: Peer, state: str) -> None:
    root = etree.fromstring(sign_file(peer.simulator, DOCUMENT, state=state))
    verify(root.find("ds:Signature", NS))
    certificate, issuer = certificates(root)
    certificate.verify_directly_issued_by(issuer)
    known = x509.load_pem_x509_certificate(peer.public("qualified-ca.crt"))
    signed_at = root.findtext(".//xades:SigningTime", "", NS)
    found = {
        "foreign": issuer != known,
        "unqualified": not [e for e in certificate.extensions if e.oid == QC],
        "expired": certificate.not_valid_after_utc.isoformat() < signed_at,
        "revoked": issuer == known
        and ask_ocsp(certificate, issuer).certificate_status == ocsp.OCSPCertStatus.REVOKED,
    }
    assert [name for name, is_so in found.items() if is_so] == [name for name in found if name == state]


def test_unknown_certificate_and_broken_questions(peer: Peer) -> None:
    root = etree.fromstring(sign_file(peer.simulator, DOCUMENT, kind="personal"))
    certificate, _ = certificates(root)
    base = f"{peer.simulator.base_url}/ca"
    other = x509.load_pem_x509_certificate(peer.public("qualified-ca.crt"))
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, other, hashes.SHA1()).build()
    data = request.public_bytes(serialization.Encoding.DER)
    answer = ocsp.load_der_ocsp_response(requests.post(f"{base}/qualified/ocsp", data, timeout=10).content)
    assert answer.certificate_status == ocsp.OCSPCertStatus.UNKNOWN
    assert requests.post(f"{base}/qualified/ocsp", b"x", timeout=10).status_code == 400
    assert requests.get(f"{base}/qualified/ocsp/%25%25", timeout=10).status_code == 400
    assert requests.get(f"{base}/nieznany.crl", timeout=10).status_code == 404
    assert requests.get(f"{base}/nieznany.crt", timeout=10).status_code == 404


def test_authority_may_fail(peer: Peer) -> None:
    root = etree.fromstring(sign_file(peer.simulator, DOCUMENT))
    certificate, issuer = certificates(root)
    peer.simulator.order("ca_http_500")
    assert requests.get(crl_address(certificate), timeout=10).status_code == 500
    peer.simulator.order("ca_try_later")
    assert ask_ocsp(certificate, issuer).response_status == ocsp.OCSPResponseStatus.TRY_LATER
    peer.simulator.order("ca_timeout", seconds=2)
    with pytest.raises(requests.ReadTimeout):
        requests.get(crl_address(certificate), timeout=1)
    assert peer.simulator.ordered() == {}


@pytest.mark.parametrize(
    ("content", "packaging", "kind"),
    [
        (b"to nie XML", "enveloped", "qualified"),
        (b"", "detached", "qualified"),
        (DOCUMENT, "pdf", "qualified"),
        (b"%PDF-1.7 zepsuty", "pdf", "qualified"),
        (b"%PDF-1.7 x", "enveloping-xml", "qualified"),
        (b"%PDF-1.7 x", "pdf", "epsignature"),
    ],
)
def test_file_that_cannot_be_signed(peer: Peer, content: bytes, packaging: str, kind: str) -> None:
    browser = requests.Session()
    page = browser.get(f"{peer.simulator.base_url}/podpisz-plik/", timeout=10)
    check_page(page)  # type: ignore[arg-type]
    files = {"file": ("plik", content, "text/xml")}
    answer = post_form(browser, page, files=files, packaging=packaging, kind=kind)
    assert answer.status_code == 400
    check_page(answer)
    assert "Niczego nie podpisano" in answer.text
