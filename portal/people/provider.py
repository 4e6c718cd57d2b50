"""The national sign-in as a provider of allauth. allauth finds this module by its name."""

from typing import Any

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.people.models import Identity
from portal.people.services import NATIONAL


class NationalProvider(Provider):
    """Accounts keyed by a verified identity; allauth keeps nothing else of the person."""

    id = NATIONAL
    name = _("Logowanie krajowe")
    account_class = ProviderAccount
    uses_apps = False

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return the sign-in page, where a person chooses the way."""
        return reverse("account_login")

    def extract_uid(self, data: Identity) -> str:
        """Return the public id of the identity: nothing that is made of a number, and never a NameID."""
        return str(data.public_id)

    def extract_extra_data(self, data: Identity) -> dict[str, Any]:
        """Return nothing: the identity is the one place of personal data."""
        return {}


provider_classes = [NationalProvider]
