"""Jobs of sign-in."""

import uuid

from epuap.saml import services
from eurzad.outbox import registry


@registry.handler("saml.logout")
def logout(request_id: str) -> None:
    """Tell the identity provider that a session has ended."""
    services.send_logout(uuid.UUID(request_id))


@registry.every(seconds=3600, name="saml.purge")
def purge() -> None:
    """Forget sign-ins of yesterday."""
    services.purge()
