from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portal.catalogue import demo
from portal.catalogue.models import Service
from portal.catalogue.selectors import access_doors
from portal.channels.models import Channel
from tests.support.channels import close_channel
from tests.support.pages import PageClient


@pytest.fixture
def services(db: None) -> None:
    demo.load(date(2026, 11, 23))


def test_list_and_every_detail(pages: PageClient, services: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(1):
        html = pages.get("/uslugi/").content.decode()
    for service in Service.objects.all():
        assert service.title in html
        detail = pages.get(f"/uslugi/{service.slug}/").content.decode()
        assert service.legal_basis in detail


def test_access_has_both_doors_with_their_legal_effect(pages: PageClient, services: None, settings) -> None:
    Channel.objects.filter(code="epuap").update(legal_effect="Skutek na ePUAP.")
    html = pages.get("/uslugi/dostep-do-konta/").content.decode()
    assert settings.EPUAP_FORM_URL in html
    assert "Skutek na ePUAP." in html
    close_channel("epuap")
    assert settings.EPUAP_FORM_URL not in pages.get("/uslugi/dostep-do-konta/").content.decode()
    assert all(not door.is_external for door in access_doors())


def test_unpublished_and_unknown_services_do_not_exist(pages: PageClient, services: None) -> None:
    Service.objects.filter(slug="meldunek").update(is_published=False)
    pages.get("/uslugi/meldunek/", status=404)
    pages.get("/uslugi/nie-ma/", status=404)
    assert "Zameldowanie" not in pages.get("/uslugi/").content.decode()


def test_a_service_leads_to_one_place(services: None) -> None:
    service = Service.objects.get(slug="meldunek")
    service.url_name = "registers:index"
    with pytest.raises(ValidationError, match="nie oba naraz"):
        service.full_clean()
    service.external_url = ""
    service.url_name = "nie:ma"
    with pytest.raises(ValidationError, match="nie ma strony"):
        service.full_clean()


def test_page_removed_later_leaves_no_dead_button(pages: PageClient, services: None) -> None:
    Service.objects.filter(slug="dzierzawa-gruntu").update(url_name="nie:ma")
    assert "Przejdź do usługi" not in pages.get("/uslugi/dzierzawa-gruntu/").content.decode()


def test_demo_is_idempotent(services: None) -> None:
    demo.load(date(2026, 11, 24))
    assert 8 <= Service.objects.count() <= 12
