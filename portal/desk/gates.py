"""Which pages of the admin hold personal data, and which of their forms decide something.

A page is known by `<app>_<model>`, as the admin names its addresses. A room adds its own with `add` in its
`AppConfig.ready()`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from portal.desk.models import Area


@dataclass(frozen=True)
class Gate:
    """How the pages of one model are guarded.

    `lists`: the list of names needs a reason too, not only the search in it. `free`: forms that show nothing.
    `decisions`: forms that need a fresh password or code; "change" is the admin's own form.
    """

    area: Area | None
    lists: bool = False
    free: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()


def _names(*names: str) -> frozenset[str]:
    return frozenset(names)


_gates: dict[str, Gate] = {
    "access_accessapplication": Gate(
        Area.ACCESS, free=_names("claim", "release"), decisions=_names("decide", "correct")
    ),
    "mandates_mandate": Gate(Area.MANDATES, lists=True, decisions=_names("decide", "add")),
    "payments_payment": Gate(Area.PAYMENTS, lists=True),
    "payments_providerevent": Gate(Area.PAYMENTS),
    "taxes_account": Gate(Area.PAYMENTS, lists=True),
    "taxes_receivable": Gate(Area.PAYMENTS, lists=True),
    "taxes_paymentreceived": Gate(Area.PAYMENTS, lists=True, decisions=_names("resolve")),
    "inbox_inbounddocument": Gate(Area.LETTERS),
    "inbox_inboundattachment": Gate(Area.LETTERS, lists=True),
    "inbox_outboundletter": Gate(Area.LETTERS),
    "registers_alcohollicence": Gate(Area.REGISTERS),
    "registers_lease": Gate(Area.REGISTERS),
    "channels_channel": Gate(None, decisions=_names("change")),
    "people_user": Gate(None, decisions=_names("add", "change", "password_change")),
}
_OTHER_NAMES = {"auth_user_password_change": "people_user_password_change"}
"""Django's own page names a model that is not ours."""
_cases: dict[str, Callable[[int], str]] = {}


def add(name: str, gate: Gate) -> None:
    """Guard the pages of `<app>_<model>`. Raises ValueError when they are guarded otherwise already."""
    if _gates.setdefault(name, gate) != gate:
        raise ValueError(f"{name} has two gates.")


def name_cases(name: str, number_of: Callable[[int], str]) -> None:
    """Have `number_of(pk)` say the case number with which the reason for opening a row is filled in."""
    _cases[name] = number_of


def find(url_name: str) -> tuple[str, Gate, str] | None:
    """The model, its gate and the page within it, of an address of the admin; None for a page without a gate."""
    url_name = _OTHER_NAMES.get(url_name, url_name)
    for name, gate in _gates.items():
        if url_name.startswith(f"{name}_"):
            return name, gate, url_name.removeprefix(f"{name}_")
    return None


def case_of(name: str, object_id: str) -> str:
    """The number of the case in which a row is opened, or nothing."""
    return (
        _cases[name](int(object_id))
        if name in _cases and object_id.isdecimal() and len(object_id) < 18
        else ""
    )


def models_of(area: str) -> list[str]:
    """Rights to view the models of an area: one of them is needed to open it."""
    found = (name.split("_", 1) for name, gate in _gates.items() if gate.area == area)
    return [f"{app}.view_{model}" for app, model in found] + (
        ["access.decide_accessapplication"] if area == Area.ACCESS else []
    )


def needs_reason(gate: Gate, page: str, *, searched: bool) -> bool:
    """Whether this page of the model shows personal data."""
    if gate.area is None or page in gate.free:
        return False
    return page != "changelist" or gate.lists or searched
