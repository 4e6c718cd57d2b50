"""Addresses of the domain system's way in."""

from django.urls import path

from taxes import api

app_name = "ledger_api"

urlpatterns = [
    path("imports/", api.imports, name="imports"),
    path("imports/<uuid:public_id>/", api.import_state, name="import_state"),
    path("payments/", api.payments, name="payments"),
    path("schema/", api.schema, name="schema"),
]
