from django.urls import path

from portal.access import elsewhere_views, views

app_name = "access"

urlpatterns = [
    path("", views.home, name="home"),
    path("formularz/", views.form, name="form"),
    path("podglad/", views.preview, name="preview"),
    path("podpis/", views.sign, name="sign"),
    path("podpis/wlasny/", elsewhere_views.choose, name="choose_elsewhere"),
    path("poprawki/", views.correct, name="correct"),
    path("rezygnacja/", views.withdraw, name="withdraw"),
    path("powrot/<str:token>/", views.returned, name="returned"),
    path("powrot/<str:token>/przerwano/", views.returned_unsigned, name="returned_unsigned"),
    path("e-mail/<str:token>/", views.email, name="email"),
    path("upo/", views.current_receipt, name="current_receipt"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/dokument/", views.document, name="document"),
    path("<uuid:public_id>/dokument.xml", views.document_xml, name="document_xml"),
    path("<uuid:public_id>/dokument.pdf", views.document_pdf, name="document_pdf"),
    path("<uuid:public_id>/podpis.xades", views.signature_file, name="signature_file"),
    path("<uuid:public_id>/wlasny-podpis/", elsewhere_views.elsewhere, name="elsewhere"),
    path("<uuid:public_id>/do-podpisu.xml", elsewhere_views.xml_to_sign, name="xml_to_sign"),
    path("<uuid:public_id>/do-podpisu.pdf", elsewhere_views.pdf_to_sign, name="pdf_to_sign"),
    path("<uuid:public_id>/upo/", views.receipt, name="receipt"),
    path("<uuid:public_id>/upo.xml", views.receipt_xml, name="receipt_xml"),
    path("<uuid:public_id>/upo.pdf", views.receipt_pdf, name="receipt_pdf"),
]
