from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from portal.notices.calendar_views import calendar

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.enable_nav_sidebar = False  # the width belongs to the queue

handler400 = "portal.pages.failures.bad_request"
handler403 = "portal.pages.failures.permission_denied"
handler404 = "portal.pages.failures.page_not_found"
handler500 = "portal.pages.failures.server_error"

urlpatterns = [
    path("kalendarz/<str:token>.ics", calendar, name="calendar"),
    path("", include("portal.pages.urls")),
    path("", include("registers.urls")),
    path("", include("portal.catalogue.urls")),
    path("", include("portal.news.urls")),
    path("upo/", include("portal.channels.urls")),
    path("logowanie/", include("portal.people.urls")),
    path("saml/", include("portal.people.saml_urls")),
    path("konto/sesje/", include("portal.people.session_urls")),
    path("konto/kontakt/", include("portal.people.contact_urls")),
    path("konto/naleznosci/", include("taxes.urls")),
    path("konto/upowaznienia/", include("portal.mandates.urls")),
    path("konto/powiadomienia/", include("portal.notices.urls")),
    path("konto/wniosek/", include("portal.access.urls")),
    path("", include("payments.urls")),
    path("admin/", include("portal.desk.urls")),
    path("api/v1/ledger/", include("taxes.api_urls")),
    path("admin/", admin.site.urls),
]
