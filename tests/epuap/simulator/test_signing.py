"""TPS5: leaving a document, signing it, fetching it; the layouts of real signed documents."""

import base64

import pytest
import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from eurzad.lib.personas import ANNA
from tests.epuap.simulator.peer import NS, SOAP, Peer, verify_xades
from tests.support.simulator import drive_signing

DOCUMENT = (
    '<?xml version="1.0"?><?x y?><w:Wniosek xmlns:w="urn:test"><w:Tekst Id="a">Zażółć</w:Tekst> </w:Wniosek>'
).encode()
EP = "{http://crd.gov.pl/xml/schematy/podpis_zaufany/}"
PPZP = "{http://crd.gov.pl/xml/schematy/ppzp/}"
OS = "{http://crd.gov.pl/xml/schematy/osoba/2009/03/06/}"


def leave(peer: Peer) -> str:
    url = peer.leave_document(DOCUMENT).findtext("addDocumentToSigningReturn")
    assert url and url.startswith(f"{peer.simulator.base_url}/pz/podpis/")
    return url


def fetch(peer: Peer, url: str) -> bytes:
    answer = peer.tps("getSignedDocument", id=url)
    return base64.b64decode(answer.findtext("getSignedDocumentReturn", ""))


def signed(peer: Peer, **options: str) -> bytes:
    url = leave(peer)
    assert drive_signing(url, **options) == f"{peer.simulator.portal_url}/ok/"
    return fetch(peer, url)


def payload(document: bytes) -> bytes:
    root = etree.fromstring(document)
    for signature in root.findall("ds:Signature", NS):
        root.remove(signature)
    return etree.tostring(root.getroottree(), method="c14n")


def fault_of(element: etree._Element) -> str:
    assert element.tag == f"{{{SOAP}}}Fault"
    return element.findtext("faultstring", "")


def test_trusted_signature_is_laid_out_as_the_sample(peer: Peer) -> None:
    document = signed(peer)
    root = etree.fromstring(document)
    signature = verify_xades(root, peer.public("tps-seal.crt"))
    assert root[-1] is signature
    assert payload(document) == etree.tostring(etree.fromstring(DOCUMENT).getroottree(), method="c14n")
    first, second = signature.findall("ds:SignedInfo/ds:Reference", NS)
    assert first.get("URI") == "" and first.get("Type") is None
    xpath = first.find("ds:Transforms/ds:Transform", NS)
    assert xpath.get("Algorithm") == "http://www.w3.org/TR/1999/REC-xpath-19991116"
    assert xpath.findtext("ds:XPath", "", NS) == "not(ancestor-or-self::ds:Signature)"
    assert second.get("Type") == "http://uri.etsi.org/01903#SignedProperties"
    about = signature.find(".//xades:SignedSignatureProperties", NS)
    assert [etree.QName(e).localname for e in about] == [
        "SigningTime", "SigningCertificate", "SignaturePolicyIdentifier", "SignerRole",
    ]  # fmt: skip
    seal = x509.load_pem_x509_certificate(peer.public("tps-seal.crt"))
    serial = about.find(".//xades:IssuerSerial", NS)
    assert serial[0].text == seal.issuer.rfc4514_string() and serial[1].text == str(seal.serial_number)
    person = about.find(f".//xades:ClaimedRole/{EP}EPSignature/{EP}NaturalPerson", NS)
    assert [e.text for e in person] == ["WRZOS", "ANNA", ANNA.birth_date.isoformat(), ANNA.pesel]


def test_older_form_of_the_role(peer: Peer) -> None:
    root = etree.fromstring(signed(peer, kind="podpiszp"))
    verify_xades(root, peer.public("tps-seal.crt"))
    person = root.find(f".//{PPZP}PodpisZP/{PPZP}DaneZP/{PPZP}DaneZPOsobyFizycznej")
    assert person.findtext(f"{OS}PESEL") == ANNA.pesel
    assert person.find(f"{OS}Nazwisko").get("rodzajCzlonu") == "pierwszy"
    assert person.findtext(f"{PPZP}IdKontaUzytkownikaEpuap") == "annawrzos"


def test_qualified_signature(peer: Peer) -> None:
    root = etree.fromstring(signed(peer, kind="qualified"))
    own, issuer = [
        x509.load_der_x509_certificate(base64.b64decode(e.text))
        for e in root.iterfind(".//ds:X509Certificate", NS)
    ]
    own.verify_directly_issued_by(x509.load_pem_x509_certificate(peer.public("qualified-ca.crt")))
    assert f"PNOPL-{ANNA.pesel}" in own.subject.rfc4514_string()
    assert root.find(".//xades:ClaimedRole", NS) is None
    verify_xades(root, own.public_bytes(Encoding.PEM))
    assert issuer.subject == own.issuer


def test_not_signed_yet_and_cancelled(peer: Peer) -> None:
    url = leave(peer)
    assert "not_signed" in fault_of(peer.tps("getSignedDocument", id=url))
    assert drive_signing(url, cancel=True) == f"{peer.simulator.portal_url}/nie/"
    assert "not_signed" in fault_of(peer.tps("getSignedDocument", id=url))
    assert requests.get(url, timeout=10).status_code == 409
    unknown = f"{peer.simulator.base_url}/pz/podpis/nieznany/"
    assert "unknown_id" in fault_of(peer.tps("getSignedDocument", id=unknown))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"additionalInfo": ""}, "additional_info"),
        ({"successURL": "https://obcy.example.test/"}, "return_url"),
        ({"doc": "to nie base64!"}, "base64"),
        ({"doc": base64.b64encode(b"to nie XML").decode()}, "xml"),
    ],
)
def test_bad_documents_are_refused(peer: Peer, changes: dict[str, str], code: str) -> None:
    assert fault_of(peer.leave_document(DOCUMENT, **changes)).startswith(code)


def test_service_takes_signed_requests_of_the_office_only(peer: Peer) -> None:
    body = '<ns:getSignedDocument xmlns:ns="http://signing.ws.comarch.gov"><id>x</id></ns:getSignedDocument>'
    path, action = "/ep-services/tpSigning5", "getSignedDocument"
    foreign = peer.post(path, peer.envelope(body, signer="seal"), action)
    assert foreign.status_code == 500 and b"unknown_certificate" in foreign.content
    altered = peer.post(path, peer.envelope(body).replace(b"<id>x</id>", b"<id>y</id>"), action)
    assert b"signature_invalid" in altered.content
    unsigned = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{body}</e:Body></e:Envelope>'.encode()
    assert b"unsigned" in peer.post(path, unsigned, action).content
    assert b"soap_action" in peer.post(path, peer.envelope(body), "addDocumentToSigning").content


def test_verify_says_who_signed(peer: Peer) -> None:
    document = signed(peer)
    for content, expected in ((document, "true"), (document.replace("Zażółć".encode(), b"Inne"), "false")):
        answer = peer.tps("verifySignedDocument", document=base64.b64encode(content).decode())
        result = etree.fromstring(answer.findtext("verifySignedDocumentReturn", ""))
        assert result.findtext("ValidDocumentSignature") == expected
        assert (ANNA.pesel in result.xpath("string()")) == (expected == "true")


def test_ordered_failures(peer: Peer) -> None:
    seal = peer.public("tps-seal.crt")
    original = etree.tostring(etree.fromstring(DOCUMENT).getroottree(), method="c14n")
    peer.simulator.order("tps_altered_document")
    altered = signed(peer)
    verify_xades(etree.fromstring(altered), seal)
    assert payload(altered) != original
    peer.simulator.order("tps_unsigned")
    assert etree.fromstring(signed(peer)).find("ds:Signature", NS) is None
    for behaviour in ("tps_broken_signature", "tps_foreign_seal"):
        peer.simulator.order(behaviour)
        with pytest.raises(xmlsec.Error):
            verify_xades(etree.fromstring(signed(peer)), seal)
    peer.simulator.order("tps_fault")
    assert "ordered" in fault_of(peer.leave_document(DOCUMENT))


def as_anybody(peer: Peer, **values: str) -> requests.Response:
    person = {"given_name": "Zenobia", "family_name": "Próbna", "pesel": "50810100014"}
    return requests.post(f"{peer.simulator.base_url}/sterowanie/podpis/", json=person | values, timeout=10)


def test_signed_as_anybody_over_json(peer: Peer) -> None:
    url = leave(peer)
    answer = as_anybody(peer, address=url)
    assert answer.json() == {"return_url": f"{peer.simulator.portal_url}/ok/"}
    assert "50810100014" in fetch(peer, url).decode()

    content = as_anybody(peer, content=base64.b64encode(DOCUMENT).decode()).json()["content"]
    assert payload(base64.b64decode(content)) == payload(DOCUMENT)
    verify_xades(etree.fromstring(base64.b64decode(content)), peer.public("tps-seal.crt"))

    for bad in ({"pesel": "50810100015"}, {"address": f"{url}x"}, {"content": "?"}, {"content": ""}):
        assert as_anybody(peer, **bad).status_code == 400
