"""What the mailbox refuses."""

from django.utils.translation import gettext as _

from eurzad.lib.errors import DomainError


class NotSigned(DomainError):
    """A document that cannot be served for a delivery receipt, because nobody signed it."""

    code = "inbox.not_signed"

    def __init__(self) -> None:
        super().__init__(_("Do doręczenia za poświadczeniem nadaje się tylko dokument podpisany (XAdES)."))


class NoteMissing(DomainError):
    """Something is to be closed without a word why."""

    code = "inbox.note_missing"

    def __init__(self) -> None:
        super().__init__(_("Napisz, dlaczego zamykasz tę pozycję."))
