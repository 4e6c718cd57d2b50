"""Second factors of staff: secrets encrypted at rest, the demo's public secrets refused outside the demo."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied

from portal.people import demo, pii
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
