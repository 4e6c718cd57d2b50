"""The ledger as the portal knows it. Private to this app; others go through selectors and services."""

from taxes.models.accounts import Account, AccountObject, AccountParty
from taxes.models.entries import LedgerEntry
from taxes.models.imports import LedgerImport, LedgerKey, LedgerParty, UsedSignature
from taxes.models.instalments import Instalment, InstalmentQuerySet, ReminderCost
from taxes.models.kinds import ReceivableType
from taxes.models.law import DatedAmount, InterestRate, RateReview
from taxes.models.payments import Allocation, Overpayment, PaymentReceived
from taxes.models.receivables import Arrangement, Component, Decision, DecisionDocument, Receivable
from taxes.models.sources import SourceSystem
from taxes.models.statements import Statement

__all__ = [
    "Account",
    "AccountObject",
    "AccountParty",
    "Allocation",
    "Arrangement",
    "Component",
    "DatedAmount",
    "Decision",
    "DecisionDocument",
    "Instalment",
    "InstalmentQuerySet",
    "InterestRate",
    "LedgerEntry",
    "LedgerImport",
    "LedgerKey",
    "LedgerParty",
    "Overpayment",
    "PaymentReceived",
    "RateReview",
    "Receivable",
    "ReceivableType",
    "ReminderCost",
    "SourceSystem",
    "Statement",
    "UsedSignature",
]
