"""Payments: basket, checkout, providers, notifications, receipts."""
