"""Each table at the desk is meant to be there, and what holds personal data is behind the gate."""

from django.contrib import admin

from portal.desk import gates

WITHOUT_GATE = {
    "auth_group": "roles",
    "catalogue_service": "public",
    "news_announcement": "public",
    "registers_contract": "the published register",
    "registers_property": "the published register",
    "channels_channel": "settings of the town",
    "channels_receipt": "numbers of filings",
    "desk_template": "the town's wording",
    "journal_head": "hashes",
    "journal_record": "the auditor's own work; names nobody, UUIDs only",
    "outbox_job": "kinds and ids of tasks; task arguments hold no personal data",
    "people_user": "the administrator's view is cut to the staff",
    "taxes_datedamount": "law",
    "taxes_interestrate": "law",
    "taxes_receivabletype": "law",
    "taxes_sourcesystem": "settings of the ledger",
    "taxes_ledgerimport": "counts and states of imports",
    "taxes_ledgerkey": "keys of the ledger's system",
}
"""Tables of the desk that open without a reason, and why."""


def test_every_table_at_the_desk_is_gated_or_said_to_need_no_reason() -> None:
    registered = {model._meta.label_lower.replace(".", "_") for model in admin.site._registry}
    gated = {name for name in registered if (found := gates.find(f"{name}_change")) and found[1].area}
    assert registered - gated == set(WITHOUT_GATE)


def test_ways_in_are_no_table_of_the_desk() -> None:
    labels = {model._meta.app_label for model in admin.site._registry}
    assert not labels & {"account", "socialaccount", "mfa"}
