"""Writing the ledger: charging, crediting payments, posting them, what is shown."""

from taxes.services.charging import (
    Part,
    assess,
    defer,
    open_account,
    send_reminder,
    spread,
    start_enforcement,
    take_off,
    virtual_account,
)
from taxes.services.crediting import receive_payment, settle_items
from taxes.services.posting import acknowledge_payment, finish_import, reject_payment, resolve_rejected

__all__ = [
    "Part",
    "acknowledge_payment",
    "assess",
    "defer",
    "finish_import",
    "open_account",
    "receive_payment",
    "reject_payment",
    "resolve_rejected",
    "send_reminder",
    "settle_items",
    "spread",
    "start_enforcement",
    "take_off",
    "virtual_account",
]
