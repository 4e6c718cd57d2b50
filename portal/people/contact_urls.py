"""Everything under /konto/kontakt/."""

from django.urls import path

from portal.people import contact_views as views

app_name = "contact"
urlpatterns = [
    path("", views.home, name="home"),
    path("z-wniosku/", views.adopt, name="adopt"),
    path("usun/", views.remove, name="remove"),
    path("e-mail/<str:token>/", views.confirm, name="confirm"),
]
