from django.urls import path

from portal.mandates import views

app_name = "mandates"
urlpatterns = [
    path("", views.mandate_list, name="list"),
    path("dzialaj/", views.act_for, name="act_for"),
]
