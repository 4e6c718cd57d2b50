"""Readers of the environment that fail with one line naming the setting."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool = False) -> bool:
    """Read a yes/no setting: 1, true, yes or 0, false, no."""
    raw = os.environ.get(name, "").strip().lower()
    if raw in ("1", "true", "yes"):
        return True
    if raw in ("0", "false", "no"):
        return False
    if raw:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return default


def text(name: str, default: str | None = None) -> str:
    """Read a setting; without a default it is required."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is required and missing.")
    return default


def number(name: str, default: int) -> int:
    """Read a whole number."""
    raw = text(name, str(default))
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def path(name: str, default: Path | None = None) -> Path:
    """Read a path of a file or folder."""
    return Path(text(name, str(default) if default is not None else None))


def optional_path(name: str, default: Path | None = None) -> Path | None:
    """Read a path that may be missing."""
    raw = text(name, str(default) if default is not None else "")
    return Path(raw) if raw else None


def secret(name: str, *, demo_folder: Path | None = None, demo_value: str | None = None) -> str:
    """Read a secret from NAME, or from the file named by NAME_FILE.

    In the demo a missing secret is `demo_value` (what the demo bank knows too), or is made at first start and
    kept in a file of `demo_folder`.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    file_name = os.environ.get(f"{name}_FILE", "").strip()
    if file_name:
        try:
            return Path(file_name).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    if demo_value is not None:
        return demo_value
    if demo_folder is None:
        raise ImproperlyConfigured(f"{name} is required and missing (or give {name}_FILE).")
    return _kept_secret(demo_folder / name)


def check_key(name: str, value: str) -> str:
    """Return `value` if it is base64 of 32 bytes; raises ImproperlyConfigured naming the setting."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except binascii.Error:
        size = 0
    if size != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return value


def _kept_secret(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as stream:
        stream.write(base64.b64encode(secrets.token_bytes(32)).decode())
    return file.read_text().strip()
