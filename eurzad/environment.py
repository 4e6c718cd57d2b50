"""Readers of the environment that fail with one line naming the setting."""

import base64
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from eurzad.lib.identifiers import IdentifierError

CANNOT_START = 3
"""Exit code of a process whose settings are wrong; gunicorn knows it and does not start its worker again."""


@contextmanager
def stop_in_one_line() -> Iterator[None]:
    """End the process with one line instead of a traceback when a setting is missing or malformed."""
    try:
        yield
    except ImproperlyConfigured as error:
        # Celery makes sys.stderr a logger, whose level would decide whether the line is seen.
        print(f"Ustawienia: {error}", file=sys.__stderr__, flush=True)
        raise SystemExit(CANNOT_START) from None


LAW_COMMANDS = ("interest", "allocate", "check-identifier")
"""Commands that count by the law alone: they run where nothing is set up yet."""


@contextmanager
def enough_for(command: str) -> Iterator[None]:
    """Give a command of the law what the settings ask for, where they are not there; it leaves nothing behind.

    A database named by DATABASE_URL is read all the same.
    """
    is_set_up = flag("DEMO_MODE") or text("SECRET_KEY", "") or text("SECRET_KEY_FILE", "")
    if command not in LAW_COMMANDS or is_set_up:
        yield
        return
    with TemporaryDirectory(prefix="eurzad-") as folder:
        os.environ |= {"DEMO_MODE": "1", "VAR_DIR": folder}
        os.environ["DATABASE_URL"] = text("DATABASE_URL", f"sqlite:///{folder}/none.sqlite3")
        yield


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


def number(name: str, default: int, *, least: int = 1, most: int = 999_999_999) -> int:
    """Read a whole number of at least `least` and at most `most`."""
    raw = text(name, str(default))
    if not re.fullmatch("[1-9][0-9]{0,8}", raw) or not least <= int(raw) <= most:
        within = f"of at least {least}" if most == 999_999_999 else f"from {least} to {most}"
        raise ImproperlyConfigured(f"{name} must be a whole number {within}, not {raw!r}.")
    return int(raw)


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choices(name: str, default: str, allowed: Sequence[str]) -> list[str]:
    """Read a comma-separated list of words out of `allowed`."""
    found = words(name, default)
    for word in found:
        if word not in allowed:
            raise ImproperlyConfigured(f"{name} knows {', '.join(allowed)}, not {word!r}.")
    return found


def url(name: str, default: str | None = None, *, schemes: Sequence[str] = ("http", "https")) -> str:
    """Read an absolute address; empty only where the default is."""
    raw = text(name, default)
    if not raw and default == "":
        return ""
    try:
        parts = urlsplit(raw)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ImproperlyConfigured(f"{name} must be an address that begins with {schemes[0]}://.")
    return raw


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """Read the address of a PostgreSQL or SQLite database as Django's settings of it."""
    raw = text(name, default)
    if raw.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(f"{name} must begin with postgres:// or sqlite:///.")
    settings: dict[str, Any] = environ.Env.db_url_config(raw)
    return settings


def owner_database(name: str, weak: dict[str, Any]) -> dict[str, Any] | None:
    """Read the address by which the owner of the tables reaches the database `weak`; None where there is none."""
    raw = text(name, "")
    if not raw:
        return None
    found = database(name)
    is_postgres = found["ENGINE"].endswith("postgresql") and weak["ENGINE"].endswith("postgresql")
    if not is_postgres or found["NAME"] != weak["NAME"] or found["USER"] == weak["USER"]:
        raise ImproperlyConfigured(
            f"{name} must name the PostgreSQL database of DATABASE_URL and another role than it."
        )
    return found


def mail_address(name: str, default: str | None = None) -> str:
    """Read one e-mail address."""
    raw = text(name, default)
    if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", raw):
        raise ImproperlyConfigured(f"{name} must be one e-mail address.")
    return raw


def email(name: str, default: str | None = None) -> dict[str, Any]:
    """Read the address of a mail server as Django's settings of it."""
    try:
        settings: dict[str, Any] = environ.Env.email_url_config(text(name, default))
    except (ImproperlyConfigured, KeyError, ValueError):
        raise ImproperlyConfigured(
            f"{name} must be an address such as smtp://user:password@host:25."
        ) from None
    return settings


def identifier(name: str, clean: Callable[[str], str], default: str | None = None) -> str:
    """Read an official number, normalised and checked by `clean` of `eurzad.lib.identifiers`."""
    try:
        return clean(text(name, default))
    except IdentifierError:
        raise ImproperlyConfigured(f"{name} has a wrong check digit or length.") from None


def path(name: str, default: Path | None = None) -> Path:
    """Read a path of a file or folder."""
    return Path(text(name, str(default) if default is not None else None))


def file(name: str, default: Path | None = None) -> Path:
    """Read the path of a file, which can be read where it is given; the demo makes its own at the first start."""
    found = path(name, default)
    if found != default and not (found.is_file() and os.access(found, os.R_OK)):
        raise ImproperlyConfigured(f"{name} is not a file that can be read.")
    return found


def optional_file(name: str, default: Path | None = None) -> Path | None:
    """Read the path of a file that may be missing from the settings."""
    return file(name, default) if text(name, "") or default is not None else None


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
    except ValueError:
        size = 0
    if size != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return value


def optional_key(name: str) -> str:
    """Read a key of 32 bytes in base64, or an empty text where none is given."""
    value = secret(name, demo_value="")
    return check_key(name, value) if value else ""


def _kept_secret(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as stream:
        stream.write(base64.b64encode(secrets.token_bytes(32)).decode())
    return file.read_text().strip()
