"""The ledger as the portal knows it. Private to this app; others go through selectors and services."""

from taxes.models.accounts import Account, Component, Receivable
from taxes.models.instalments import Instalment, InstalmentQuerySet, ReminderCost
from taxes.models.kinds import ReceivableType
from taxes.models.law import DatedAmount, InterestRate, RateReview
from taxes.models.payments import Allocation, PaymentReceived
from taxes.models.statements import Statement

__all__ = [
    "Account",
    "Allocation",
    "Component",
    "DatedAmount",
    "Instalment",
    "InstalmentQuerySet",
    "InterestRate",
    "PaymentReceived",
    "RateReview",
    "Receivable",
    "ReceivableType",
    "ReminderCost",
    "Statement",
]
