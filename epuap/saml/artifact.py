"""The artifact of SAML bindings §3.6.4: `0x0004 · endpoint index (2) · SourceID (20) · handle (20)`."""

import base64
import binascii
import hashlib

from epuap.saml.errors import SignInRefused
from epuap.saml.metadata import IdentityProvider

_LENGTH = 44
_TYPE = b"\x00\x04"


def resolution_url(artifact: str, provider: IdentityProvider) -> str:
    """Return where to resolve `artifact`, deciding from the artifact and pinned metadata alone.

    Raises SignInRefused for another type, another issuer (SourceID is the SHA-1 of its entity id, as the
    binding prescribes) or an endpoint the metadata does not have.
    """
    try:
        raw = base64.b64decode(artifact.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise SignInRefused("artifact_format", status=400) from error
    if len(raw) != _LENGTH or raw[:2] != _TYPE or base64.b64encode(raw).decode() != artifact:
        raise SignInRefused("artifact_format", status=400)
    source = hashlib.sha1(provider.entity_id.encode(), usedforsecurity=False).digest()
    if raw[4:24] != source:
        raise SignInRefused("artifact_source")
    try:
        return provider.artifact_services[int.from_bytes(raw[2:4], "big")]
    except KeyError:
        raise SignInRefused("artifact_endpoint") from None
