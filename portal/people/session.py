"""What a session says about how it was opened."""

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

ENROLLED_KEY = "second_factor_enrolled"
"""Set when a member of staff proved a new authenticator in this very session."""
FRESH_KEY = "just_signed_in"
"""Set by every sign-in, until the first page of the account."""
SAML_KEY = "saml_request"
"""Public id of the sign-in request that opened the session, for single logout."""


def has_second_factor(request: HttpRequest) -> bool:
    """Return whether the session of a signed-in user was opened or confirmed with a second factor."""
    records = get_authentication_records(request, request.user)
    enrolled = request.session.get(ENROLLED_KEY) == request.user.pk
    return enrolled or any(record.get("method") == "mfa" for record in records)
