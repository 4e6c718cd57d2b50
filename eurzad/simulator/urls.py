"""Addresses of the simulator process."""

from django.urls import include, path

urlpatterns = [
    path("", include("epuap.simulator.urls")),
    path("", include("payments.simulator.urls")),
]
