from django.urls import path

from portal.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notice_list, name="list"),
    path("przeczytane/", views.read_all, name="read_all"),
    path("<uuid:public_id>/", views.open_notice, name="open"),
]
