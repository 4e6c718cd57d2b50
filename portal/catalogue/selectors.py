"""Reading the catalogue of services."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from eurzad.lib import searching
from portal.catalogue.models import Service
from portal.channels import selectors as channels
from portal.channels.models import in_language

ACCESS_URL_NAME = "access:home"


@dataclass(frozen=True)
class Door:
    """A way to start a service: where it leads, and what filing there means in law."""

    url: str
    label: str
    is_external: bool
    legal_effect: str = ""
    language: str = "pl"


@dataclass(frozen=True)
class ServicePage:
    """A service ready to print."""

    service: Service
    doors: list[Door]
    documents: list[str]


def published() -> list[Service]:
    """All published services in order."""
    return list(Service.objects.filter(is_published=True))


def service_page(slug: str) -> ServicePage:
    """The published service `slug`. Raises Service.DoesNotExist."""
    service = Service.objects.get(slug=slug, is_published=True)
    documents = [line.strip() for line in service.documents.splitlines() if line.strip()]
    return ServicePage(service, doors_of(service), documents)


def doors_of(service: Service) -> list[Door]:
    """Where the service can be started; the application for access has as many doors as the town opened."""
    if service.url_name == ACCESS_URL_NAME:
        return access_doors()
    if service.external_url:
        return [Door(service.external_url, _("Przejdź do formularza"), is_external=True)]
    return _portal_door(service.url_name, _("Przejdź do usługi"))


def access_doors() -> list[Door]:
    """The open doors of the application for access, in the town's order."""
    doors: list[Door] = []
    for channel in channels.open_for_applications():
        effect = in_language(channel.effects)
        if channel.code == channel.Code.EPUAP:
            doors.append(Door(settings.EPUAP_FORM_URL, _("Wypełnij formularz na ePUAP"), True, *effect))
        elif channel.code == channel.Code.PORTAL:
            doors += _portal_door(ACCESS_URL_NAME, _("Złóż wniosek w portalu"), *effect)
    return doors


def find(words: tuple[str, ...]) -> list[Service]:
    """Published services whose name and description hold all `words`.

    There are few, so they are searched here.
    """
    return [
        service
        for service in published()
        if all(word in searching.normalise(f"{service.title} {service.summary}") for word in words)
    ]


def _portal_door(url_name: str, label: str, legal_effect: str = "", language: str = "pl") -> list[Door]:
    """A door inside the portal, or none when the page was since removed (its name is typed by a clerk)."""
    try:
        return [Door(reverse(url_name), label, False, legal_effect, language)] if url_name else []
    except NoReverseMatch:
        return []
