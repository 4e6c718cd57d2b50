from django.contrib import admin
from django.urls import include, path

from bench import floor_views

urlpatterns = [
    path("", floor_views.home),
    path("rejestry/umowy/", floor_views.contracts),
    path("konto/", floor_views.overview),
    path("konto/naleznosci/", floor_views.what_i_owe),
    # The middleware asks where these are.
    path("logowanie/", include("portal.people.urls")),
    path("konto/sesje/", include("portal.people.session_urls")),
    path("admin/", admin.site.urls),
]
