"""Profil Zaufany: documents left for a signature, signed by a person, fetched, verified."""

from __future__ import annotations

from django.conf import settings
from lxml import etree

from epuap.simulator import authorities, failures, keys
from epuap.simulator.errors import Refused
from epuap.simulator.failures import Name
from epuap.simulator.models import Signing
from epuap.simulator.people import Person
from epuap.simulator.wire import tps, xades
from epuap.simulator.wire.soap import Envelope, decode, fields
from eurzad.lib import clock

MAX_DOCUMENT_BYTES = 10 * 2**20


def page_url(signing: Signing) -> str:
    """Return the address of the signing page, which is also the document's id."""
    return f"{settings.SIM_BASE_URL}/pz/podpis/{signing.token}/"


def leave_document(
    document: bytes,
    *,
    success_url: str,
    failure_url: str,
    additional_info: str,
    outside: tuple[str, bytes] | None = None,
) -> Signing:
    """Keep a document for signing; raises Refused when it is not XML or carries a signature.

    `outside` is a document beside it that the signature is to cover too: what to call it, and its bytes.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise Refused("too_big", "Dokument jest większy niż 10 MB")
    if xades.read(document).findall("ds:Signature", xades.NS):
        raise Refused("signed_already", "Dokument jest już podpisany")
    return Signing.objects.create(
        content=document,
        success_url=success_url,
        failure_url=failure_url,
        additional_info=additional_info,
        outside_uri=outside[0] if outside else "",
        outside_content=outside[1] if outside else None,
    )


def _altered(document: bytes) -> bytes:
    """Change one text of the document, as somebody in the middle would."""
    root = xades.read(document)
    element = next(e for e in root.iter(etree.Element) if len(e) == 0)
    element.text = f"{element.text or ''} (zmieniono)"
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _sign(signing: Signing, person: Person, kind: str) -> bytes:
    document = bytes(signing.content)
    if failures.take(Name.TPS_UNSIGNED):
        return document
    if failures.take(Name.TPS_ALTERED_DOCUMENT):
        document = _altered(document)
    outside = {signing.outside_uri: bytes(signing.outside_content)} if signing.outside_content else {}
    if kind in authorities.KINDS:
        signer = authorities.issue(person, kind)
        issuer = authorities.certificate(kind)
        signed = xades.sign_qualified(document, signer, issuer, outside=outside)
    else:
        seal = keys.load("foreign-seal" if failures.take(Name.TPS_FOREIGN_SEAL) else "tps-seal")
        signed = xades.sign_trusted(
            document,
            person,
            seal,
            issuer=settings.SIM_IDP_ENTITY_ID,
            old_form=kind == "podpiszp",
            outside=outside,
        )
    return _altered(signed) if failures.take(Name.TPS_BROKEN_SIGNATURE) else signed


def sign(signing: Signing, person: Person, kind: str) -> str:
    """Sign a waiting document in the name of a person and return where the browser goes.

    `kind` is epsignature, podpiszp, qualified or personal.
    """
    if failures.take(Name.TPS_RETURN_UNSIGNED):
        return signing.success_url
    signed = _sign(signing, person, kind)
    waiting = Signing.objects.filter(pk=signing.pk, state=Signing.State.WAITING)
    if not waiting.update(
        state=Signing.State.SIGNED, signed_content=signed, signer=person.as_dict(), kind=kind
    ):
        raise Refused("not_waiting", "Dokument nie czeka już na podpis")
    return signing.success_url


def sign_at_once(document: bytes, person: Person) -> bytes:
    """Return a document with a trusted signature, as a form on ePUAP gets it."""
    return xades.sign_trusted(document, person, keys.load("tps-seal"), issuer=settings.SIM_IDP_ENTITY_ID)


def cancel(signing: Signing) -> None:
    """Mark that the person will not sign."""
    Signing.objects.filter(pk=signing.pk, state=Signing.State.WAITING).update(state=Signing.State.CANCELLED)


def _add(envelope: Envelope) -> etree._Element:
    values = fields(envelope.payload, ["doc", "successURL", "failureURL", "additionalInfo"])
    for name in ("successURL", "failureURL"):
        if not values[name].startswith((f"{settings.PORTAL_BASE_URL}/", f"{settings.PORTAL_BASE_URL}?")):
            raise Refused("return_url", f"{name} nie jest adresem zarejestrowanego systemu")
    if not values["additionalInfo"]:
        raise Refused("additional_info", "additionalInfo nie może być puste")
    signing = leave_document(
        decode(values["doc"]),
        success_url=values["successURL"],
        failure_url=values["failureURL"],
        additional_info=values["additionalInfo"],
    )
    return tps.build_return("addDocumentToSigning", page_url(signing))


def find(address: str) -> Signing:
    """Return the document waiting under the address of its signing page; raises Refused."""
    token = address.removeprefix(f"{settings.SIM_BASE_URL}/pz/podpis/").removesuffix("/")
    signing = Signing.objects.filter(token=token).first()
    if signing is None or page_url(signing) != address:
        raise Refused("unknown_id", "Nieznany identyfikator dokumentu")
    return signing


def _get(envelope: Envelope) -> etree._Element:
    signing = find(fields(envelope.payload, ["id"])["id"])
    if signing.state != Signing.State.SIGNED or signing.signed_content is None:
        raise Refused("not_signed", "Dokument nie został podpisany")
    if failures.take(Name.TPS_SIGNED_AGAIN):
        signing.signed_content = _sign(signing, Person(**signing.signer), signing.kind)
        signing.save(update_fields=["signed_content"])
    return tps.build_return("getSignedDocument", tps.encode(bytes(signing.signed_content)))


def _verify(envelope: Envelope) -> etree._Element:
    root = xades.read(decode(fields(envelope.payload, ["document"])["document"]))
    try:
        certificate = xades.signer_certificate(root)
    except Refused:
        certificate = None
    trusted = certificate is not None and (
        certificate == keys.load("tps-seal").certificate
        or certificate.issuer in {authorities.certificate(kind).subject for kind in authorities.KINDS}
    )
    result = tps.build_verify_result(root, certificate, trusted=trusted, on=clock.now())
    return tps.build_return("verifySignedDocument", etree.tostring(result, encoding="unicode"))


_OPERATIONS = {
    "addDocumentToSigning": _add,
    "getSignedDocument": _get,
    "verifySignedDocument": _verify,
}


def call(envelope: Envelope, soap_action: str) -> etree._Element:
    """Carry out one TPS5 operation; raises Refused."""
    name = etree.QName(envelope.payload)
    if name.namespace != tps.NAMESPACE or name.localname not in _OPERATIONS:
        raise Refused("operation", f"Nieznana operacja {name.localname}")
    if soap_action != name.localname:
        raise Refused("soap_action", f"SOAPAction {soap_action} nie pasuje do operacji")
    return _OPERATIONS[name.localname](envelope)
