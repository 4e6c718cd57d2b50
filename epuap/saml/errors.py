"""The one way a sign-in is refused."""

import re


class SignInRefused(Exception):
    """A sign-in that must not succeed.

    `code` is short, stable and free of personal data; it goes to the log beside the reference number that
    the person sees, so nothing but letters, digits, `_` and `.` may stand in it. `status` is the HTTP status
    of that page: 400 for what is broken or out of reach, 403 for what is refused.
    """

    def __init__(self, code: str, *, status: int = 403) -> None:
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_.]{0,59}", code):
            code = "other"
        super().__init__(code)
        self.code = code
        self.status = status


class ConfigurationError(SignInRefused):
    """Metadata or keys that the town configured cannot be used."""

    def __init__(self, code: str) -> None:
        super().__init__(f"configuration_{code}", status=400)


class UnknownProvider(LookupError):
    """A name of an identity provider that nobody configured."""
