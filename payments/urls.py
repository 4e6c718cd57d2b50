"""Addresses of payments."""

from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("konto/platnosci/", views.history, name="history"),
    path("konto/platnosci/koszyk/", views.basket, name="basket"),
    path("konto/platnosci/podsumowanie/", views.summary, name="summary"),
    path("konto/platnosci/<uuid:public_id>/", views.detail, name="detail"),
    path("konto/platnosci/<uuid:public_id>/powrot/", views.come_back, name="return"),
    path("konto/platnosci/<uuid:public_id>/potwierdzenie/", views.receipt, name="receipt"),
    path("konto/platnosci/<uuid:public_id>/potwierdzenie.pdf", views.receipt_pdf, name="receipt_pdf"),
    path("platnosci/powiadomienia/<slug:provider>/", views.notification, name="notification"),
]
