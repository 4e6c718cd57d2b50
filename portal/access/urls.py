from django.urls import path

from portal.access import case_views, content_views, elsewhere_views, views

app_name = "access"

urlpatterns = [
    path("", views.home, name="home"),
    path("formularz/", views.form, name="form"),
    path("lista/", content_views.tasks, name="tasks"),
    path("dla-kogo/<str:kind>/", content_views.add_represented, name="add_represented"),
    path("dla-kogo/<uuid:public_id>/zmiana/", content_views.represented, name="represented"),
    path("dla-kogo/<uuid:public_id>/usun/", content_views.remove_represented, name="remove_represented"),
    path("dla-kogo/<uuid:public_id>/dokumenty/", content_views.basis_files, name="basis_files"),
    path("dla-kogo/<uuid:public_id>/oplata/", content_views.duty, name="duty"),
    path("zalaczniki/", content_views.other_files, name="other_files"),
    path("zalacznik/<uuid:public_id>/", content_views.attachment, name="attachment"),
    path("zalacznik/<uuid:public_id>/usun/", content_views.remove_attachment, name="remove_attachment"),
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
    path("<uuid:public_id>/odpowiedz/", case_views.answer, name="answer"),
    path("<uuid:public_id>/wycofanie/", case_views.withdraw_filed, name="withdraw_filed"),
    path("<uuid:public_id>/dowod.pdf", case_views.proof_pdf, name="proof_pdf"),
    path("<uuid:public_id>/decyzja.pdf", case_views.decision_pdf, name="decision_pdf"),
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
