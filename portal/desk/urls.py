"""Pages of the desk beside the admin's own, under /admin/."""

from django.urls import path

from portal.desk import views

app_name = "desk"
urlpatterns = [
    path("dane-osobowe/<slug:area>/", views.reason, name="reason"),
    path("dane-osobowe/<slug:area>/zakoncz/", views.end, name="end"),
    path("dokoncz/", views.resume, name="resume"),
]
