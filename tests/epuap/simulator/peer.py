"""A portal's side of the wire made from xmlsec and cryptography alone: neither the product's code nor the twin's."""

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from lxml import etree

from tests.support.simulator import Simulator

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ZD = "http://ws.epuap.gov.pl/zarzadzanieDokumentami"
FC = "http://wsdl.epuap.gov.pl/filerepocore/"
OB = "http://wsdl.epuap.gov.pl/obiekty/"
TPS = "http://signing.ws.comarch.gov"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{OASIS}-wssecurity-utility-1.0.xsd"
NS = {
    "soap": SOAP,
    "ob": OB,
    "wsse": WSSE,
    "wsu": WSU,
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "saml2": "urn:oasis:names:tc:SAML:2.0:assertion",
    "saml2p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "xenc11": "http://www.w3.org/2009/xmlenc11#",
    "dsig11": "http://www.w3.org/2009/xmldsig11#",
    "xades": "http://uri.etsi.org/01903/v1.3.2#",
    "pos": "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/",
}
BOX = ("MIASTOJARZEBIN", "SkrytkaESP", "/MIASTOJARZEBIN/SkrytkaESP")

AUTHN_REQUEST = """<saml2p:AuthnRequest xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}"
 Destination="{destination}" AssertionConsumerServiceURL="{acs}"
 ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" ForceAuthn="true" IsPassive="false"
 ProviderName="{provider}"><saml2:Issuer>{issuer}</saml2:Issuer><saml2p:Extensions
 xmlns:eidas="http://eidas.europa.eu/saml-extensions"><eidas:SPType>public</eidas:SPType><eidas:RequestedAttributes>
<eidas:RequestedAttribute FriendlyName="PersonIdentifier" isRequired="true"
 Name="http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"
 NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/></eidas:RequestedAttributes></saml2p:Extensions>
<saml2p:NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"/>
<saml2p:RequestedAuthnContext Comparison="minimum"><saml2:AuthnContextClassRef
>http://eidas.europa.eu/LoA/substantial</saml2:AuthnContextClassRef></saml2p:RequestedAuthnContext>
</saml2p:AuthnRequest>"""


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def key_from(folder: Path, name: str) -> xmlsec.Key:
    key = xmlsec.Key.from_file(str(folder / f"{name}.key"), xmlsec.constants.KeyDataFormatPem)
    key.load_cert_from_file(str(folder / f"{name}.crt"), xmlsec.constants.KeyDataFormatPem)
    return key


PZ_REQUEST = """<saml2p:AuthnRequest xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}"
 Destination="{destination}" AssertionConsumerServiceURL="{acs}"
 ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}"><saml2:Issuer>{issuer}</saml2:Issuer>
<saml2p:NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"/>
</saml2p:AuthnRequest>"""


def sign_saml(message: etree._Element, key: xmlsec.Key, *, rsa_key: bool = False) -> None:
    method = xmlsec.constants.TransformRsaSha256 if rsa_key else xmlsec.constants.TransformEcdsaSha256
    signature = xmlsec.template.create(message, xmlsec.constants.TransformExclC14N, method, ns="ds")
    message.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri="#" + message.get("ID", "")
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.x509_data_add_certificate(
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    )
    context = xmlsec.SignatureContext()
    context.key = key
    context.register_id(message, "ID")
    context.sign(signature)


def verify(
    element: etree._Element, certificate: bytes, id_attribute: str = "ID", namespace: str = ""
) -> None:
    """Let libxmlsec check the signature that covers `element`; raises xmlsec.Error."""
    root = element.getroottree().getroot()
    ids = [f"{{{namespace}}}{id_attribute}" if namespace else id_attribute]
    uri = "#" + element.get(ids[0], "")
    signature = next(
        s
        for s in root.iter(f"{{{NS['ds']}}}Signature")
        if s.find("ds:SignedInfo/ds:Reference", NS).get("URI") == uri
    )
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
    context.register_id(element, id_attribute, namespace or None)
    context.verify(signature)


def verify_xades(root: etree._Element, certificate: bytes) -> etree._Element:
    """Let libxmlsec check the enveloped signature of a document; return the signature."""
    signature = root.find("ds:Signature", NS)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
    context.register_id(signature.find(".//xades:SignedProperties", NS), "Id")
    context.verify(signature)
    return signature


def decrypt(encrypted: etree._Element, key_pem: bytes) -> tuple[etree._Element, int]:
    """Open an EncryptedAssertion as the fact sheet describes; return it and the length of the content key."""
    key = serialization.load_pem_private_key(key_pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    parameters = encrypted.find(".//xenc11:ConcatKDFParams", NS)
    info = b"".join(bytes.fromhex(parameters.get(n)) for n in ("AlgorithmID", "PartyUInfo", "PartyVInfo"))
    point = base64.b64decode(encrypted.findtext(".//dsig11:PublicKey", "", NS))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    wrapping = ConcatKDFHash(hashes.SHA256(), 32, info).derive(key.exchange(ec.ECDH(), public))
    wrapped, content = [base64.b64decode(e.text) for e in encrypted.iterfind(".//xenc:CipherValue", NS)]
    content_key = aes_key_unwrap(wrapping, wrapped)
    plain = AESGCM(content_key).decrypt(content[:12], content[12:], None)
    return etree.fromstring(plain), len(content_key)


def decrypt_rsa(encrypted: etree._Element, key_pem: bytes) -> etree._Element:
    """Open an EncryptedAssertion under RSA-OAEP, with the hash its EncryptionMethod names."""
    key = serialization.load_pem_private_key(key_pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    method = encrypted.find(".//xenc:EncryptedKey/xenc:EncryptionMethod", NS)
    digest = method.find("ds:DigestMethod", NS).get("Algorithm")
    chosen: hashes.HashAlgorithm = hashes.SHA1() if digest.endswith("#sha1") else hashes.SHA256()
    oaep = padding.OAEP(mgf=padding.MGF1(chosen), algorithm=chosen, label=None)
    wrapped, content = [base64.b64decode(e.text) for e in encrypted.iterfind(".//xenc:CipherValue", NS)]
    plain = AESGCM(key.decrypt(wrapped, oaep)).decrypt(content[:12], content[12:], None)
    return etree.fromstring(plain)


@dataclass
class Peer:
    """One portal in front of one simulator."""

    simulator: Simulator

    def key(self, name: str) -> xmlsec.Key:
        return key_from(self.simulator.portal_keys, name)

    def public(self, name: str) -> bytes:
        return (self.simulator.public_dir / name).read_bytes()

    @property
    def idp_certificate(self) -> bytes:
        return self.certificate_of("idp-metadata.xml")

    @property
    def pz_certificate(self) -> bytes:
        return self.certificate_of("idp-epuap-metadata.xml")

    def certificate_of(self, metadata_file: str) -> bytes:
        """The signing certificate an identity provider's metadata publish."""
        metadata = etree.parse(self.simulator.public_dir / metadata_file)
        text = metadata.findtext(".//{*}X509Certificate")
        assert text
        return x509.load_der_x509_certificate(base64.b64decode(text)).public_bytes(serialization.Encoding.PEM)

    def authn_request(self, *, signer: str = "sp", **changes: str) -> str:
        values = {
            "id": f"ID-{uuid.uuid4()}",
            "now": now(),
            "destination": f"{self.simulator.base_url}/login/SingleSignOnService",
            "acs": f"{self.simulator.portal_url}/saml/login/acs/",
            "issuer": f"{self.simulator.portal_url}/saml/login/metadata/",
            "provider": "Urząd Miasta Jarzębin",
        } | changes
        root = etree.fromstring(AUTHN_REQUEST.format(**values))
        if signer:
            sign_saml(root, self.key(signer))
        return base64.b64encode(etree.tostring(root)).decode()

    def pz_request(self, *, signer: str = "saml-rsa", binding: str = "HTTP-Artifact", **changes: str) -> str:
        """An AuthnRequest for Profil Zaufany."""
        values = {
            "id": f"ID-{uuid.uuid4()}",
            "now": now(),
            "destination": f"{self.simulator.base_url}/dt/SingleSignOnService",
            "acs": f"{self.simulator.portal_url}/saml/epuap/acs/",
            "issuer": f"{self.simulator.portal_url}/saml/login/metadata/",
            "binding": binding,
        } | changes
        root = etree.fromstring(PZ_REQUEST.format(**values))
        sign_saml(root, self.key(signer), rsa_key=signer != "sp")
        return base64.b64encode(etree.tostring(root)).decode()

    def saml_call(
        self, path: str, name: str, content: str, *, signer: str = "sp", **attributes: str
    ) -> etree._Element:
        """Post one signed SAML request over SOAP; return the element in the answer's Body."""
        extra = "".join(f' {key}="{value}"' for key, value in attributes.items())
        root = etree.fromstring(
            f'<saml2p:{name} xmlns:saml2p="{NS["saml2p"]}" xmlns:saml2="{NS["saml2"]}" ID="ID-{uuid.uuid4()}" '
            f'IssueInstant="{now()}" Version="2.0"{extra}>'
            f"<saml2:Issuer>{self.simulator.portal_url}/saml/login/metadata/</saml2:Issuer>{content}</saml2p:{name}>"
        )
        if signer:
            sign_saml(root, self.key(signer), rsa_key=signer != "sp")
        envelope = etree.Element(f"{{{SOAP}}}Envelope")
        etree.SubElement(envelope, f"{{{SOAP}}}Body").append(root)
        answer = requests.post(
            self.simulator.base_url + path,
            data=etree.tostring(envelope),
            headers={"Content-Type": "text/xml"},
            timeout=10,
        )
        return etree.fromstring(answer.content).find("soap:Body", NS)[0]

    def resolve(
        self, artifact: str, path: str = "/login-services/idpArtifactResolutionService", **options: str
    ) -> etree._Element:
        """ArtifactResolve."""
        content = f"<saml2p:Artifact>{artifact}</saml2p:Artifact>"
        return self.saml_call(path, "ArtifactResolve", content, **options)

    def envelope(self, body: str, headers: str = "", *, signer: str = "ws") -> bytes:
        """A SOAP message with a WS-Security signature over its Body."""
        der = x509.load_pem_x509_certificate((self.simulator.portal_keys / f"{signer}.crt").read_bytes())
        token = base64.b64encode(der.public_bytes(serialization.Encoding.DER)).decode()
        ds = NS["ds"]
        root = etree.fromstring(
            f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:ob="{OB}" xmlns:wsu="{WSU}"><soapenv:Header>'
            f'<wsse:Security xmlns:wsse="{WSSE}"><wsse:BinarySecurityToken wsu:Id="X509-1" '
            f'EncodingType="{OASIS}-soap-message-security-1.0#Base64Binary" '
            f'ValueType="{OASIS}-x509-token-profile-1.0#X509v3">{token}</wsse:BinarySecurityToken>'
            f'<ds:Signature xmlns:ds="{ds}"><ds:SignedInfo>'
            '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
            '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
            '<ds:Reference URI="#id-1"><ds:Transforms>'
            '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
            '</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1">'
            f'<wsse:Reference URI="#X509-1" ValueType="{OASIS}-x509-token-profile-1.0#X509v3"/>'
            "</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature></wsse:Security>"
            f'{headers}</soapenv:Header><soapenv:Body wsu:Id="id-1">{body}</soapenv:Body></soapenv:Envelope>'
        )
        context = xmlsec.SignatureContext()
        context.key = self.key(signer)
        context.register_id(root.find("soap:Body", NS), "Id", WSU)
        context.sign(root.find(".//ds:Signature", NS))
        return etree.tostring(root)

    def post(self, path: str, message: bytes, action: str = "") -> requests.Response:
        headers = {"Content-Type": "text/xml; charset=utf-8"} | (
            {"SOAPAction": f'"{action}"'} if action else {}
        )
        return requests.post(self.simulator.base_url + path, data=message, headers=headers, timeout=10)

    def call(self, path: str, body: str, headers: str = "", *, action: str = "") -> etree._Element:
        """Send a signed message; check the signature of the answer; return the element in its Body."""
        answer = self.post(path, self.envelope(body, headers), action)
        root = etree.fromstring(answer.content)
        found = root.find("soap:Body", NS)
        verify(found, self.public("ws.crt"), "Id", WSU)
        assert (answer.status_code == 500) == (found[0].tag == f"{{{SOAP}}}Fault")
        return found[0]

    def pull(self, name: str, extra: str = "") -> etree._Element:
        """One WS-Pull operation."""
        entity, box, address = BOX
        return self.call(
            "/pk_external_ws/services/pull",
            f'<ob:{name} xmlns:ob="{OB}"><podmiot>{entity}</podmiot><nazwaSkrytki>{box}</nazwaSkrytki>'
            f"<adresSkrytki>{address}</adresSkrytki>{extra}</ob:{name}>",
        )

    def user_info(self, tgsid: str) -> etree._Element:
        """getTpUserInfo."""
        body = (
            f'<ns:getTpUserInfo xmlns:ns="http://userinfo.zp.epuap.gov.pl"><tgsid>{tgsid}</tgsid>'
            "<systemOrganisationId>0</systemOrganisationId></ns:getTpUserInfo>"
        )
        return self.call("/pz-services/tpUserInfo", body, action="getTpUserInfo")

    def store(self, operation: str, inner: str) -> etree._Element:
        """One operation of ZarzadzanieDokumentami."""
        path = "/fe_external_ws/services/ZarzadzanieDokumentami"
        return self.call(path, f'<zd:{operation} xmlns:zd="{ZD}">{inner}</zd:{operation}>')

    def list_store(self, name: str = "Wysłane", subject: str = BOX[0]) -> etree._Element:
        """zawartoscSkladu."""
        inner = f"<sklad><nazwa>{name}</nazwa><podmiot>{subject}</podmiot></sklad>"
        return self.store("zawartoscSkladu", inner)

    def empty_queue(self) -> None:
        """Confirm everything in the office's mailbox."""
        while (head := self.pull("ZapytaniePullPobierz")).findtext("status/kod") == "1":
            content = base64.b64decode(head.findtext("dokument/zawartosc", ""))
            assert self.confirm(content).findtext("status/kod") == "1"

    def confirm(self, content: bytes) -> etree._Element:
        """potwierdzOdebranie."""
        skrot = base64.b64encode(hashlib.sha1(content).digest()).decode()
        return self.pull("ZapytaniePullPotwierdz", f"<skrot>{skrot}</skrot>")

    def submit(self, content: bytes, *, to: str = "/grazynaolcha/domyslna", **changes: str) -> etree._Element:
        """nadaj."""
        message = self.submission(content, to=to, **changes)
        answer = self.post("/pk_external_ws/services/skrytka", message)
        root = etree.fromstring(answer.content)
        verify(root.find("soap:Body", NS), self.public("ws.crt"), "Id", WSU)
        return root.find("soap:Body", NS)[0]

    def submission(self, content: bytes, *, to: str = "/grazynaolcha/domyslna", **changes: str) -> bytes:
        values = {
            "IdentyfikatorPodmiotu": BOX[0],
            "AdresSkrytki": to,
            "AdresOdpowiedzi": BOX[2],
            "CzyProbne": "0",
            "DaneDodatkowe": "",
        } | changes
        headers = "".join(f"<ob:{k}>{v}</ob:{k}>" for k, v in values.items())
        body = (
            "<ob:Dokument><nazwaPliku>decyzja.xml</nazwaPliku><typPliku>text/xml</typPliku>"
            f"<zawartosc>{base64.b64encode(content).decode()}</zawartosc></ob:Dokument>"
        )
        return self.envelope(body, headers)

    def hand_over(self, content: bytes, *, upd: bytes = b"", **changes: str) -> etree._Element:
        """dorecz."""
        values = {
            "IdentyfikatorPodmiotu": BOX[0],
            "AdresSkrytki": "/grazynaolcha/domyslna",
            "AdresOdpowiedzi": BOX[2],
            "TerminDoreczenia": (datetime.now(UTC) + timedelta(days=7)).isoformat(timespec="seconds"),
            "CzyProbne": "0",
            "IdentyfikatorDokumentu": f"pismo-{uuid.uuid4()}",
            "IdentyfikatorSprawy": "OR.1431.12.2026",
            "DaneDodatkowe": "",
        } | changes
        headers = "".join(f"<ob:{k}>{v}</ob:{k}>" for k, v in values.items())
        if upd:
            encoded = base64.b64encode(upd).decode()
            headers += f"<ob:UPD><nazwaPliku>upd.xml</nazwaPliku><zawartosc>{encoded}</zawartosc></ob:UPD>"
        body = (
            "<ob:Dokument><nazwaPliku>decyzja.xml</nazwaPliku>"
            f"<zawartosc>{base64.b64encode(content).decode()}</zawartosc></ob:Dokument>"
        )
        action = "http://ws.epuap.gov.pl/doreczyciel/dorecz"
        return self.call("/pk_external_ws/services/doreczyciel", body, headers, action=action)

    def repository(self, name: str, **fields: str) -> etree._Element:
        """One operation of FileRepoService."""
        inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
        return self.call("/repo-ws-ext/FileRepoService", f'<fc:{name} xmlns:fc="{FC}">{inner}</fc:{name}>')

    def download(self, file_id: str) -> etree._Element:
        """downloadFile."""
        return self.repository("DownloadFileParam", fileId=file_id, subject=BOX[0])

    def tps(self, operation: str, **fields: Any) -> etree._Element:
        """One TPS5 operation."""
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        body = f'<ns:{operation} xmlns:ns="{TPS}">{inner}</ns:{operation}>'
        return self.call("/ep-services/tpSigning5", body, action=operation)

    def leave_document(self, content: bytes, **changes: str) -> etree._Element:
        """addDocumentToSigning."""
        values = {
            "doc": base64.b64encode(content).decode(),
            "successURL": f"{self.simulator.portal_url}/ok/",
            "failureURL": f"{self.simulator.portal_url}/nie/",
            "additionalInfo": "Wniosek o dostęp",
        } | changes
        return self.tps("addDocumentToSigning", **values)
