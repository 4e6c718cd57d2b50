"""Errors carry a code for logs and a sentence for people."""

import pytest

from eurzad.lib.errors import AdapterError, DomainError, PermanentError, TransientError


@pytest.mark.parametrize("kind", [DomainError, TransientError, PermanentError])
def test_code_is_the_classes_unless_told(kind: type[DomainError | AdapterError]) -> None:
    assert kind().code == kind.code
    told = kind(code="told")
    assert (told.code, str(told), kind.code != "told") == ("told", "told", True)
    assert str(kind("Zdanie dla człowieka.", code="told")) == "Zdanie dla człowieka."


def test_passing_and_lasting_are_not_the_same() -> None:
    assert not issubclass(TransientError, PermanentError) and not issubclass(PermanentError, TransientError)
