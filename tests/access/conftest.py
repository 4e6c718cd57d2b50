"""An applicant, a signing service on loopback with a seal of the test's own, and documents as ePUAP delivers them."""

import base64
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from epuap.inbox.models import InboundDocument
from epuap.xml import application as application_xml
from eurzad.lib import clock
from eurzad.lib.personas import CELINA, GRAZYNA, Persona
from portal.access.models import AccessApplication
from portal.people.models import User
from tests.epuap.soap.fake_service import KeyPair, exception, make_key_pair, signed_envelope
from tests.epuap.xml.conftest import Party, make_party
from tests.epuap.xml.signing import EP_SIGNATURE, sign_document
from tests.support.pages import PageClient

SIGNING = "http://signing.ws.comarch.gov"
NAMESPACE = "http://epuap.gov.pl/FeResourceServlet/wzor_lokalny/eurzad/wniosek-o-dostep/1/"
FORM = {
    "street": "Ogrodowa",
    "building": "12",
    "flat": "",
    "postal_code": "99-901",
    "city": "Jarzębin",
    "phone": "",
    "email": "celina@example.test",
    "remarks": "",
}


class SigningService:
    """TPS5 as a test plays it: keeps what it was given, gives back what it was told to."""

    def __init__(self, keys: KeyPair, seal: Party) -> None:
        self.keys, self.seal = keys, seal
        self.received: dict[str, bytes] = {}
        self.returns: dict[str, str] = {}
        self.signed: dict[str, bytes] = {}
        self.is_down = False
        self.questions = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def sign(self, persona: Persona, *, url: str = "") -> str:
        """Let a persona sign the last document; return the address the browser is sent back to."""
        address = url or list(self.received)[-1]
        self.signed[address] = sign_as(persona, self.received[address], self.seal)
        return self.returns[address]

    def gives_back(self, document: bytes) -> str:
        """Have this returned as the signed document, whatever it is."""
        address = list(self.received)[-1]
        self.signed[address] = document
        return self.returns[address]

    def answer(self, request: etree._Element) -> tuple[int, bytes]:
        """Answer one request body."""
        texts = {etree.QName(child).localname: child.text or "" for child in request}
        if etree.QName(request).localname == "addDocumentToSigning":
            address = f"{self.url}/pz/podpis/{uuid.uuid4()}/"
            self.received[address] = base64.b64decode(texts["doc"])
            self.returns[address] = texts["successURL"]
            return 200, self._said("addDocumentToSigning", address)
        self.questions += 1
        if texts["id"] not in self.signed:
            return 500, signed_envelope(exception(1, "not signed"), self.keys)
        return 200, self._said("getSignedDocument", base64.b64encode(self.signed[texts["id"]]).decode())

    def _said(self, name: str, value: str) -> bytes:
        body = (
            f'<p:{name}Response xmlns:p="{SIGNING}"><{name}Return>{value}</{name}Return></p:{name}Response>'
        )
        return signed_envelope(body, self.keys)

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if service.is_down:
                    status, content = 503, b""
                else:
                    body = etree.fromstring(data).find("{*}Body")
                    status, content = service.answer(body[0])
                self.send_response(status)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                return

        return Handler


def sign_as(persona: Persona, document: bytes, seal: Party, *, at: datetime | None = None) -> bytes:
    """Sign as the trusted profile does for this persona."""
    moment = clock.to_warsaw(at or clock.now()).isoformat(timespec="milliseconds")
    role = EP_SIGNATURE.format(
        family_name=persona.family_name,
        given_name=persona.given_name,
        birth_date=persona.birth_date.isoformat(),
        pesel=persona.pesel,
    )
    return sign_document(document, seal, role=role, signing_time=moment)


@pytest.fixture(scope="session")
def tps_seal() -> Party:
    """The seal of the trusted profile."""
    return make_party("Pieczęć podpisu zaufanego (test)")


@pytest.fixture(scope="session")
def office_seal() -> Party:
    """The office's own seal."""
    return make_party("Pieczęć urzędu (test)")


@pytest.fixture(scope="session")
def soap_keys() -> tuple[KeyPair, KeyPair]:
    """Keys of the office and of the service."""
    return make_key_pair("office"), make_key_pair("service")


@pytest.fixture(autouse=True)
def _keys(
    settings: Any, tmp_path: Path, tps_seal: Party, office_seal: Party, soap_keys: tuple[KeyPair, KeyPair]
) -> None:
    office, service = soap_keys
    files = {
        "EPUAP_WS_KEY": office.key,
        "EPUAP_WS_CERT": office.certificate,
        "EPUAP_WS_PEER_CERT": service.certificate,
        "TPS_SEAL_CERT": tps_seal.cert_pem,
        "SEAL_KEY": office_seal.key_pem,
        "SEAL_CERT": office_seal.cert_pem,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        setattr(settings, name, path)


@pytest.fixture
def tps(settings: Any, soap_keys: tuple[KeyPair, KeyPair], tps_seal: Party) -> Iterator[SigningService]:
    """The signing service, running."""
    service = SigningService(soap_keys[1], tps_seal)
    settings.TPS_URL = f"{service.url}/ep-services/tpSigning5"
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield service
    service.server.shutdown()
    service.server.server_close()
    thread.join()


@pytest.fixture
def the_application(db: None) -> Callable[[], AccessApplication]:
    """The only application there is."""
    return lambda: AccessApplication.objects.select_related("identity").get()


@pytest.fixture
def filed(
    pages: PageClient, tps: SigningService, run_jobs: Callable[..., int], celina: User,
    the_application: Callable[[], AccessApplication],
) -> AccessApplication:  # fmt: skip
    """Celina's application, filed through the portal."""
    pages.post("/konto/wniosek/formularz/", FORM, user=celina)
    pages.post("/konto/wniosek/podpis/")
    run_jobs()
    pages.get(tps.sign(CELINA).removeprefix("http://127.0.0.1:8000"), status=302)
    run_jobs()
    application = the_application()
    assert application.state == "submitted"
    return application


def form_document(persona: Persona, *, pesel: str = "") -> bytes:
    """The town's form on ePUAP as a persona fills it in."""
    return application_xml.build(
        application_xml.ApplicationDocument(
            given_name=persona.given_name, family_name=persona.family_name, pesel=pesel or persona.pesel,
            street=persona.street, building=persona.building, flat=persona.flat,
            postal_code=persona.postal_code, city=persona.city, phone="", email="",
            office_name="Urząd Miasta Jarzębin", place="Jarzębin", created_on=clock.today(),
            justification="", own_data=True, statements=("Dane są prawdziwe.",),
        ),
        namespace=NAMESPACE,
    )  # fmt: skip


@pytest.fixture
def deliver(db: None, run_jobs: Callable[..., int]) -> Callable[..., InboundDocument]:
    """Put a document in the mailbox as already pulled, and let it be handled."""

    def put(content: bytes, *, sent_at: datetime | None = None, epuap_id: str = "4711") -> InboundDocument:
        from epuap.inbox.services import enqueue_handling

        document = InboundDocument.objects.create(
            box_address="/jarzebin/SkrytkaESP",
            sha1=uuid.uuid4().hex,
            sha256=uuid.uuid4().hex,
            epuap_id=epuap_id,
            content=content,
            sent_at=sent_at or clock.now(),
            received_at=clock.now(),
            reply_address="/grazynaolcha/domyslna",
        )
        enqueue_handling(document)
        run_jobs()
        document.refresh_from_db()
        return document

    return put


@pytest.fixture
def epuap_filed(
    deliver: Callable[..., InboundDocument], tps_seal: Party, the_application: Callable[[], AccessApplication]
) -> AccessApplication:
    """Grażyna's application, filed through ePUAP."""
    deliver(sign_as(GRAZYNA, form_document(GRAZYNA), tps_seal))
    return the_application()
