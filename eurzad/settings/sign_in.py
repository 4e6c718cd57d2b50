"""How the settings of one identity provider are read: IDP_<NAME>_METADATA and its relatives."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from eurzad import environment as env
from eurzad.settings.instance import DEMO_MODE, SIMULATOR_URL, demo_path

PROFILES = ("login.gov.pl", "epuap")
BINDINGS = ("artifact", "post")
_LEVELS = "http://eidas.europa.eu/LoA/substantial,http://eidas.europa.eu/LoA/high"
_NATURAL_PERSON = "http://eidas.europa.eu/attributes/naturalperson"
_DEMO_ATTRIBUTES = (
    f"identifier={_NATURAL_PERSON}/PersonIdentifier,given_name={_NATURAL_PERSON}/CurrentGivenName,"
    f"family_name={_NATURAL_PERSON}/CurrentFamilyName,birth_date={_NATURAL_PERSON}/DateOfBirth"
)
_REQUIRED, _OPTIONAL = {"identifier", "given_name", "family_name"}, {"birth_date"}


def read_identity_provider(name: str) -> dict[str, Any]:
    """Read what the environment says of the identity provider `name`; raises ImproperlyConfigured."""
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", name):
        raise ImproperlyConfigured(f"IDPS knows names of small letters, digits and _, not {name!r}.")
    prefix = f"IDP_{name.upper()}"
    profile = _one_of(f"{prefix}_PROFILE", "epuap" if name == "epuap" else "login.gov.pl", PROFILES)
    file = "idp-metadata.xml" if profile == "login.gov.pl" else "idp-epuap-metadata.xml"
    provider: dict[str, Any] = {
        "metadata": env.file(f"{prefix}_METADATA", demo_path("simulator", "public", file)),
        "profile": profile,
        "label": env.text(f"{prefix}_LABEL", ""),
    }
    if profile == "epuap":
        provider |= {
            "binding": _one_of(f"{prefix}_BINDING", "artifact", BINDINGS),
            "levels": tuple(env.words(f"{prefix}_LEVELS", _LEVELS)),
            **_source_of_person(prefix),
        }
    return provider


def _one_of(name: str, default: str, allowed: tuple[str, ...]) -> str:
    found = env.choices(name, default, allowed)
    if len(found) != 1:
        raise ImproperlyConfigured(f"{name} is one of {', '.join(allowed)}.")
    return found[0]


def _source_of_person(prefix: str) -> dict[str, Any]:
    """The attributes of the assertion that name the person, or the service that is asked for it."""
    userinfo_url = env.url(f"{prefix}_USERINFO_URL", "")
    default = _DEMO_ATTRIBUTES if DEMO_MODE and SIMULATOR_URL and not userinfo_url else ""
    attributes: dict[str, str] = {}
    for pair in env.words(f"{prefix}_ATTRIBUTES", default):
        key, _, value = pair.partition("=")
        if not value or key in attributes:
            raise ImproperlyConfigured(f"{prefix}_ATTRIBUTES is a list of key=Name with each key once.")
        attributes[key] = value
    if attributes and not _REQUIRED <= set(attributes) <= _REQUIRED | _OPTIONAL:
        raise ImproperlyConfigured(
            f"{prefix}_ATTRIBUTES names identifier, given_name, family_name and, if known, birth_date."
        )
    if not attributes and not userinfo_url:
        raise ImproperlyConfigured(f"{prefix}_ATTRIBUTES or {prefix}_USERINFO_URL is required and missing.")
    return {"attributes": attributes, "userinfo_url": userinfo_url}
