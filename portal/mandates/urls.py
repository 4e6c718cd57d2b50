from django.urls import path

from portal.mandates import views

app_name = "mandates"
urlpatterns = [
    path("", views.mandate_list, name="list"),
    path("w-imieniu/", views.choose, name="choose"),
    path("dzialaj/", views.act_for, name="act_for"),
    path("udziel/", views.grant, name="grant"),
    path("popros/", views.ask, name="ask"),
    path("popros-o-prawo/", views.ask_right, name="ask_right"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/decyzja/", views.decide, name="decide"),
    path("<uuid:public_id>/odwolaj/", views.revoke, name="revoke"),
    path("<uuid:public_id>/tresc.pdf", views.text_pdf, name="text_pdf"),
    path("<uuid:public_id>/odwolanie.pdf", views.revocation_pdf, name="revocation_pdf"),
]
