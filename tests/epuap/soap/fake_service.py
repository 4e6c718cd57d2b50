"""A service on loopback that answers what a test tells it; signed by libxmlsec, not by the product."""

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from epuap.soap.config import SoapConfig

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
WSSE = f"{OASIS}-secext-1.0.xsd"
WSU = f"{OASIS}-utility-1.0.xsd"
OB = "http://wsdl.epuap.gov.pl/obiekty/"
DOCUMENTS = "http://ws.epuap.gov.pl/zarzadzanieDokumentami"
FILES = "http://wsdl.epuap.gov.pl/filerepocore/"
BOX = "/jarzebin/SkrytkaESP"


@dataclass(frozen=True)
class KeyPair:
    key: bytes
    certificate: bytes


def make_key_pair(name: str) -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return KeyPair(private, certificate.public_bytes(pem))


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. `hangs` seconds pass before it; `drops` closes the connection instead."""

    content: bytes = b""
    status: int = 200
    content_type: str | None = "text/xml; charset=utf-8"
    hangs: float = 0
    drops: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class Service:
    """Gives its replies in order and keeps the requests it got. What `stands` for the name of an element is
    the answer to every request of that kind, beside the order."""

    def __init__(self, signer: KeyPair) -> None:
        self.signer = signer
        self.replies: list[Reply] = []
        self.stands: dict[str, str] = {}
        self.requests: list[bytes] = []
        self.actions: list[str | None] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler_class())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def handler_class(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                standing = service.standing_answer(request)
                if standing is None:
                    service.requests.append(request)
                    service.actions.append(self.headers.get("SOAPAction"))
                reply = standing or service.replies.pop(0)
                time.sleep(reply.hangs)
                if reply.drops:
                    return
                self.send_response(reply.status)
                if reply.content_type:
                    self.send_header("Content-Type", reply.content_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.content)))
                self.end_headers()
                try:
                    self.wfile.write(reply.content)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def log_message(self, *arguments: object) -> None:
                return

        return Handler

    def standing_answer(self, request: bytes) -> Reply | None:
        """The answer that stands for this kind of request."""
        if not self.stands:
            return None
        name = etree.QName(etree.fromstring(request).find("{*}Body")[0]).localname
        return Reply(signed_envelope(self.stands[name], self.signer)) if name in self.stands else None

    def says(self, body: str, *, status: int = 200, signer: KeyPair | None = None) -> None:
        """The next answer: this body, signed."""
        self.replies.append(Reply(signed_envelope(body, signer or self.signer), status))

    def replies_with(self, reply: Reply) -> None:
        self.replies.append(reply)


def envelope(body: str) -> bytes:
    """An unsigned envelope."""
    return (
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>'
    ).encode()


def signed_envelope(body: str, signer: KeyPair) -> bytes:
    """An envelope whose Body libxmlsec signed."""
    root = etree.fromstring(
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:wsu="{WSU}"><soapenv:Header>'
        f'<wsse:Security xmlns:wsse="{WSSE}"/></soapenv:Header>'
        f'<soapenv:Body wsu:Id="body-1">{body}</soapenv:Body></soapenv:Envelope>',
        etree.XMLParser(huge_tree=True),
    )
    security = root[0][0]
    signature = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds")
    security.append(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#body-1")
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.key, xmlsec.KeyFormat.PEM)
    context.register_id(root[1], "Id", id_ns=WSU)
    context.sign(signature)
    return etree.tostring(root)


def exception(code: int, message: str) -> str:
    """A fault with `ob:Wyjatek`."""
    return (
        f'<soapenv:Fault xmlns:soapenv="{SOAP}"><faultcode>soapenv:Server</faultcode>'
        f'<faultstring>Error</faultstring><detail><ob:Wyjatek xmlns:ob="{OB}"><kod>{code}</kod>'
        f"<komunikat>{message}</komunikat></ob:Wyjatek></detail></soapenv:Fault>"
    )


def pull_answer(content: bytes, *, document_id: str = "4711", is_test: bool = False) -> str:
    """`OdpowiedzPullPobierz` with one document."""
    numbers = "".join(f"<IdentyfikatorDokumentu>{n}</IdentyfikatorDokumentu>" for n in ("1", document_id))
    extra = f"<Dane>{numbers}</Dane>"
    encoded = base64.b64encode(extra.encode()).decode() if document_id else ""
    return (
        f'<ob:OdpowiedzPullPobierz xmlns:ob="{OB}"><status><kod>1</kod><komunikat>OK</komunikat></status>'
        "<danePodmiotu><identyfikator>golcha</identyfikator><typOsoby>F</typOsoby><imieSkrot>Grażyna</imieSkrot>"
        "<nazwiskoNazwa>Olcha</nazwiskoNazwa><zgoda>true</zgoda></danePodmiotu>"
        "<daneNadawcy><uzytkownik>golcha</uzytkownik></daneNadawcy>"
        "<dataNadania>2026-11-23T10:15:30.000+01:00</dataNadania><nazwaSkrytki>SkrytkaESP</nazwaSkrytki>"
        f"<adresSkrytki>{BOX}</adresSkrytki><adresOdpowiedzi>/golcha/domyslna</adresOdpowiedzi>"
        f"<czyTestowe>{str(is_test).lower()}</czyTestowe><daneDodatkowe>{encoded}</daneDodatkowe>"
        "<dokument><nazwaPliku>wniosek.xml</nazwaPliku><typPliku>application/xml</typPliku>"
        f"<zawartosc>{base64.b64encode(content).decode()}</zawartosc></dokument></ob:OdpowiedzPullPobierz>"
    )


def status_answer(element: str, code: int = 1, extra: str = "") -> str:
    """An answer that is little more than a status."""
    return (
        f'<ob:{element} xmlns:ob="{OB}"><status><kod>{code}</kod><komunikat>tekst</komunikat></status>'
        f"{extra}</ob:{element}>"
    )


def waiting_answer(count: int) -> str:
    """`OdpowiedzPullOczekujace`."""
    return status_answer("OdpowiedzPullOczekujace", extra=f"<oczekujace>{count}</oczekujace>")


def submitted_answer(receipt: bytes | None) -> str:
    """`OdpowiedzSkrytki` with the receipt in it."""
    extra = "<identyfikatorDokumentu>123</identyfikatorDokumentu><identyfikatorUpp>124</identyfikatorUpp>"
    if receipt is not None:
        encoded = base64.b64encode(receipt).decode()
        extra += f"<zalacznik><nazwaPliku>UPP.xml</nazwaPliku><zawartosc>{encoded}</zawartosc></zalacznik>"
    return status_answer("OdpowiedzSkrytki", extra=extra)


def sent_answer(*names: str, first_id: int = 900) -> str:
    """`zawartoscSkladuResponse` with documents of these file names."""
    lines = "".join(
        f"<SzczegolyDokumentuTyp><id>{number}</id><nazwa>{name}</nazwa><nadawca><nazwa>Urząd</nazwa>"
        "<adres>/jarzebin/SkrytkaESP</adres></nadawca><adresat><nazwa>Grażyna Olcha</nazwa>"
        "<adres>/golcha/domyslna</adres></adresat><dataNadania>2026-11-23T10:15:30.000+01:00</dataNadania>"
        "</SzczegolyDokumentuTyp>"
        for number, name in enumerate(names, first_id)
    )
    return (
        f'<z:zawartoscSkladuResponse xmlns:z="{DOCUMENTS}"><zawartoscSkladu>{lines}</zawartoscSkladu>'
        "</z:zawartoscSkladuResponse>"
    )


def ordered_answer() -> str:
    """`OdpowiedzDoreczyciela`."""
    extra = "<identyfikatorDokumentu>555</identyfikatorDokumentu><identyfikatorZlecenia>Z-7</identyfikatorZlecenia>"
    return status_answer("OdpowiedzDoreczyciela", extra=extra)


def file_answer(content: bytes, *, name: str = "plan.pdf", mime: str = "application/pdf") -> str:
    """`DataDocument`."""
    return (
        f'<f:DataDocument xmlns:f="{FILES}"><file>{base64.b64encode(content).decode()}</file>'
        f"<filename>{name}</filename><mimeType>{mime}</mimeType></f:DataDocument>"
    )


def file_exception(code: int, message: str) -> str:
    """A fault of the file repository."""
    return (
        f'<soapenv:Fault xmlns:soapenv="{SOAP}"><faultcode>soapenv:Server</faultcode>'
        f'<faultstring>Error</faultstring><detail><f:WyjatekTyp xmlns:f="{FILES}"><kod>{code}</kod>'
        f"<komunikat>{message}</komunikat></f:WyjatekTyp></detail></soapenv:Fault>"
    )


@pytest.fixture(scope="session")
def office_keys() -> KeyPair:
    return make_key_pair("office")


@pytest.fixture(scope="session")
def service_keys() -> KeyPair:
    return make_key_pair("service")


@pytest.fixture(scope="session")
def stranger_keys() -> KeyPair:
    return make_key_pair("stranger")


@pytest.fixture
def service(service_keys: KeyPair) -> Iterator[Service]:
    fake = Service(service_keys)
    thread = threading.Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()
    thread.join()


@pytest.fixture
def soap_config(service: Service, office_keys: KeyPair) -> SoapConfig:
    return SoapConfig(
        services_url=service.url,
        tps_url=f"{service.url}/ep-services/tpSigning5",
        entity_id="jarzebin",
        box_name="SkrytkaESP",
        box_address=BOX,
        key=office_keys.key,
        certificate=office_keys.certificate,
        peer_certificates=service.signer.certificate,
        sent_store="Wysłane",
    )
