"""Second factors of staff: secrets encrypted at rest, the demo's public secrets refused outside the demo."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied

from portal.people import demo, pii, rotation
from portal.people.adapters import CODE_WRONG


class MFAAdapter(DefaultMFAAdapter):
    """allauth's adapter with our encryption."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": CODE_WRONG}

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code of an enrolment on white, so that it can be scanned off a dark page too."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return pii.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret; raises PermissionDenied for a demo secret when DEMO_MODE is off."""
        secret = pii.decrypt(encrypted_text)
        if not settings.DEMO_MODE and demo.is_demo_secret(secret):
            raise PermissionDenied("A demo TOTP secret is refused outside the demo.")
        return secret


def register_for_rotation() -> None:
    """Have the secrets written anew when IDENTITY_KEY is changed."""
    from allauth.mfa.models import Authenticator

    rotation.register(rotation.Extra(Authenticator, "data", _renewed))


def _renewed(data: dict[str, Any], keys: rotation.Keys) -> dict[str, Any]:
    """The data of an authenticator: `secret` of an app; `seed` and `migrated_codes` of recovery codes."""
    renewed: dict[str, Any] = {name: keys.renew(data[name]) for name in ("secret", "seed") if name in data}
    if data.get("migrated_codes") is not None:
        renewed["migrated_codes"] = [keys.renew(code) for code in data["migrated_codes"]]
    return {**data, **renewed}
