"""Errors every room speaks: what the user did wrong, what may pass, what never will."""


class DomainError(Exception):
    """A request that the rules of the product refuse.

    `code` is for logs and tests; `message` is a sentence for the user saying what to do.
    """

    code = "domain"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message or code or self.code)
        self.message = message
        if code:
            self.code = code


class AdapterError(Exception):
    """A failure of the world outside. `code` is short, stable and free of personal data."""

    code = "adapter"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message or code or self.code)
        if code:
            self.code = code


class TransientError(AdapterError):
    """It may work later: time-outs, refused connections, 5xx answers."""

    code = "transient"


class PermanentError(AdapterError):
    """Trying again cannot help: refused, malformed, forged."""

    code = "permanent"
