"""Failures of a SOAP call, told apart by what they say about the other side.

A caller that must not repeat itself (a letter has no idempotency key) may repeat after `NotSent`,
may give up after an authenticated `ServiceFault`, and knows nothing after anything else.
"""

from eurzad.lib.errors import PermanentError, TransientError


class NotSent(TransientError):
    """No connection was made, so not one byte of the request reached the service."""

    code = "soap.not_sent"


class BadAnswer(PermanentError):
    """An answer that cannot be believed or read: unsigned, altered, wrong signer, wrong shape."""

    code = "soap.bad_answer"


class ServiceFault(PermanentError):
    """The service refused: an `ob:Wyjatek` or a status other than 1.

    `authenticated` is true when the refusal itself carried a valid signature of the service.
    """

    code = "epuap.fault"

    def __init__(self, message: str = "", *, code: str = "", authenticated: bool = False) -> None:
        super().__init__(message, code=code)
        self.authenticated = authenticated


class TransientFault(TransientError):
    """A fault that says nothing but that the service failed."""

    code = "soap.fault"
