"""Everything under /konto/sesje/."""

from django.urls import path

from portal.people import session_views as views

app_name = "sessions"
urlpatterns = [
    path("", views.session_list, name="list"),
    path("wyloguj-inne/", views.end_others, name="end_others"),
    path("stan/", views.state, name="state"),
    path("przedluz/", views.prolong, name="prolong"),
    path("formularz/", views.kept_form, name="kept_form"),
    path("<uuid:public_id>/wyloguj/", views.end_one, name="end_one"),
]
