from django.urls import path

from portal.pages import health, history_views, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("konto/", views.overview, name="overview"),
    path("konto/historia/", history_views.history, name="history"),
    path("szukaj/", views.search, name="search"),
    path("dostepnosc/", views.accessibility, name="accessibility"),
    path("prywatnosc/", views.privacy, name="privacy"),
    path("jezyk/<slug:code>/", views.choose_language, name="language"),
    path("motyw.css", views.theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
