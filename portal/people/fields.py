"""Columns that depend on IDENTITY_KEY. A model that uses them is found by the key's rotation by itself."""

from typing import Any

from django.db import models


class EncryptedTextField(models.TextField):
    """Holds what `pii.encrypt` returned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)


class FingerprintField(models.CharField):
    """Holds `pii.fingerprint` of what another column of the same row holds encrypted.

    `of` names the encrypted column and `scheme` the one with the scheme of the number.
    """

    def __init__(self, *args: Any, of: str, scheme: str = "scheme", **kwargs: Any) -> None:
        self.of, self.scheme = of, scheme
        kwargs["editable"] = False
        kwargs["max_length"] = 64
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Return what a migration needs to make the field again."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of, "scheme": self.scheme}
