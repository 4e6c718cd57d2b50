from django.urls import path

from portal.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("uslugi/", views.service_list, name="list"),
    path("uslugi/<slug:slug>/", views.service_detail, name="detail"),
]
