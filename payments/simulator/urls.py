"""Addresses of the demo bank in the simulator process."""

from django.urls import path

from payments.simulator import api, views

app_name = "bank"

urlpatterns = [
    path("pl/standard/user/oauth/authorize", api.authorize, name="authorize"),
    path("api/v2_1/orders", api.orders, name="orders"),
    path("api/v2_1/orders/<str:order_id>", api.order, name="order"),
    path("bank/", views.overview, name="overview"),
    path("bank/sterowanie/", api.control, name="control"),
    path("bank/<str:order_id>/", views.decide, name="decide"),
]
