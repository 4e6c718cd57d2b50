from django.urls import path

from bench import floor_views

urlpatterns = [
    path("", floor_views.home),
    path("rejestry/umowy/", floor_views.contracts),
    path("konto/", floor_views.overview),
    path("konto/naleznosci/", floor_views.what_i_owe),
]
