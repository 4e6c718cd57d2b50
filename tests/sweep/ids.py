"""What to put into an address: for each of its variables, a value that belongs to the owner whose it shall be."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from eurzad.lib import clock
from portal.access.models import AccessApplication
from portal.access.services import drafting
from portal.people import contact, email_links
from portal.people.models import ContactEmail
from tests.sweep.town import Owner, model_called

PUBLIC_VALUES = {
    "code": "pl", "idp": "login", "provider": "payu", "slug": "nic", "app_label": "people", "url": "nic/",
    "request_id": "00000000-0000-0000-0000-000000000007", "content_type_id": "1", "number": "1", "field": "content",
    "action": "retry", "scheme": "pesel", "area": "access", "year": str(clock.today().year), "part": "raty",
    "kind": "rok", "what": "zwrot",
}  # fmt: skip
"""Variables that are nobody's."""
OWNED = {"public_id", "token", "pk", "object_id", "id", "decision_id"}
"""Variables that belong to somebody. Another one: say in this module whose it is, or that it is nobody's."""


def walk(resolver: URLResolver, space: str = "", before: str = "/") -> Iterator[tuple[str, URLPattern, str]]:
    """Name, pattern and address (with its variables) of everything the resolver knows."""
    for entry in resolver.url_patterns:
        route = str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space, before + route)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", entry, before + route


ADDRESSES = list(walk(get_resolver()))


def variables(route: str) -> list[str]:
    """The names of the variables of an address."""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def unknown() -> list[str]:
    """Addresses with a variable nobody has said anything about."""
    known = OWNED | set(PUBLIC_VALUES)
    return sorted(
        f"{name} {route}" for name, _entry, route in ADDRESSES if not set(variables(route)) <= known
    )


def is_owned(route: str) -> bool:
    """Whether an address leads to something that is somebody's."""
    return bool(OWNED & set(variables(route)))


def addresses_of(
    owner: Owner, name: str, entry: URLPattern, route: str, *, most: int = 2, models: set[str] | None = None
) -> list[tuple[str, str]]:
    """The address filled in with what belongs to `owner`, and whose table each id is of; at most `most` of one table.

    `models` are the tables known to be asked for there; None tries all of the app.
    """
    found = []
    for values in _values(owner, name, entry, variables(route), most):
        if models is None or values["model"] in models:
            found.append((_fill(route, values), values["model"]))
    return found


def plain_address(route: str) -> str:
    """An address without an owner."""
    return _fill(route, {})


def _fill(route: str, values: dict[str, str]) -> str:
    def value(match: Any) -> str:
        return str(values.get(match[1], PUBLIC_VALUES.get(match[1], "x")))

    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", value, route)
    return re.sub(r"<(?:\w+:)?(\w+)>", value, route).rstrip("$").replace("\\Z", "").replace("\\", "")


def _values(
    owner: Owner, name: str, entry: URLPattern, needed: list[str], most: int
) -> Iterator[dict[str, str]]:
    if "token" in needed:
        yield from ({"token": token, "model": ""} for token in _tokens(owner, name))
        return
    if "decision_id" in needed:
        model = apps.get_model("taxes", "Decision")
        for row in model._base_manager.filter(pk__in=owner.rows.get(model, ()), receivable__isnull=False)[
            :most
        ]:
            yield {"model": "", "decision_id": str(row.public_id), "public_id": str(row.receivable.public_id)}
        return
    for model in models_of(name, entry):
        keys = sorted(owner.rows.get(model, ()))[:most]
        for row in model._base_manager.filter(pk__in=keys):
            yield {
                "public_id": str(getattr(row, "public_id", "")) or str(row.pk),
                "model": model._meta.label,
                "pk": str(row.pk),
                "object_id": str(row.pk),
                "id": str(row.pk),
            }


def models_of(name: str, entry: URLPattern) -> list[type[Model]]:
    """Of the admin's address the model it is about; of others, all of its app that have a public id."""
    if name.startswith("admin:"):
        label = name.removeprefix("admin:")
        for one in apps.get_models():
            if label.startswith(one._meta.label_lower.replace(".", "_") + "_"):
                return [one]
        user = model_called("people_user")
        return [user] if label.startswith("auth_user") and user else []
    module = entry.callback.__module__
    config = apps.get_containing_app_config(module)
    names = lambda model: {one.name for one in model._meta.concrete_fields}  # noqa: E731
    return [one for one in config.get_models() if "public_id" in names(one)] if config else []


def _tokens(owner: Owner, name: str) -> Iterator[str]:
    """Tokens of the owner's mailed links; who asks with another has none to ask with."""
    if name == "contact:confirm":
        for row in ContactEmail.objects.filter(pk__in=owner.rows.get(ContactEmail, ())).select_related(
            "user"
        ):
            yield email_links.make(contact.PURPOSE, str(row.user.public_id), row.pending)
    elif name == "access:email":
        for row in AccessApplication.objects.filter(pk__in=owner.rows.get(AccessApplication, ()))[:2]:
            yield email_links.make(drafting.EMAIL_PURPOSE, str(row.public_id), row.email)
    elif name == "calendar":
        yield from owner.tokens
    else:
        yield "x" * 43
