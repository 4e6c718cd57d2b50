from django.urls import path

from portal.channels import views

app_name = "channels"

urlpatterns = [
    path("", views.check, name="check"),
    path("plik/", views.check_file, name="check_file"),
]
