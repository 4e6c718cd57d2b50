from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("logowanie/", include("allauth.urls")), path("admin/", admin.site.urls)]
