from django.urls import path

from taxes import views

app_name = "taxes"

urlpatterns = [
    path("", views.what_i_owe, name="what_i_owe"),
    path("<uuid:public_id>/", views.receivable_detail, name="receivable_detail"),
]
