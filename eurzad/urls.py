from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("logowanie/", include("portal.people.urls")),
    path("saml/", include("portal.people.saml_urls")),
    path("konto/upowaznienia/", include("portal.mandates.urls")),
    path("", include("payments.urls")),
    path("jezyk/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
]
