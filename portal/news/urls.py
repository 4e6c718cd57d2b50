from django.urls import path

from portal.news import views

app_name = "news"
urlpatterns = [
    path("aktualnosci/", views.announcement_list, name="list"),
    path("aktualnosci/<uuid:public_id>/", views.announcement_detail, name="detail"),
]
