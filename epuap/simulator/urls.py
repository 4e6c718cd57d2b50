"""Addresses of the simulated systems; the paths of the services are those of the real ones."""

from django.urls import path

from epuap.simulator.views import (
    account,
    authorities,
    control,
    control_pages,
    sign_document,
    sign_in,
    web_services,
)

app_name = "simulator"
urlpatterns = [
    path("", control_pages.overview, name="overview"),
    path("sterowanie/", control.control, name="control"),
    path("sterowanie/zamow/", control_pages.order, name="order"),
    path("sterowanie/wycofaj/", control_pages.withdraw, name="withdraw"),
    path("sterowanie/upp/<int:receipt_id>/", control_pages.release_receipt, name="release_receipt"),
    path(
        "sterowanie/certyfikaty/<int:certificate_id>/",
        control_pages.revoke_certificate,
        name="revoke_certificate",
    ),
    path("sterowanie/wywolania/<int:exchange_id>/", control_pages.exchange, name="exchange"),
    path("sterowanie/nadanie/", control.deliver, name="deliver"),
    path("sterowanie/podpis/", control.sign, name="sign_as_anybody"),
    path("sterowanie/plik/", control.keep_file, name="keep_file"),
    path("sterowanie/upp/", control.release, name="release"),
    path("sterowanie/uniewaznienie/", control.revoke, name="revoke"),
    path("login/SingleSignOnService", sign_in.single_sign_on, {"provider": "login"}, name="single_sign_on"),
    path("dt/SingleSignOnService", sign_in.single_sign_on, {"provider": "pz"}),
    path("login/<str:token>/", sign_in.choose_person, name="choose_person"),
    path("login/<str:token>/wybor/", sign_in.answer_sign_in, name="answer_sign_in"),
    path(
        "login-services/idpArtifactResolutionService", web_services.artifact_resolution, {"provider": "login"}
    ),
    path("login-services/singleLogoutService", web_services.single_logout, {"provider": "login"}),
    path("dt-services/idpArtifactResolutionService", web_services.artifact_resolution, {"provider": "pz"}),
    path("dt/SingleLogoutService", web_services.single_logout, {"provider": "pz"}),
    path("pz-services/tpUserInfo", web_services.user_info),
    path("ep-services/tpSigning5", web_services.sign_service),
    path("pz/podpis/<str:token>/", sign_document.sign_document, name="sign_document"),
    path("pk_external_ws/services/pull", web_services.pull),
    path("pk_external_ws/services/skrytka", web_services.skrytka),
    path("pk_external_ws/services/doreczyciel", web_services.doreczyciel),
    path("fe_external_ws/services/ZarzadzanieDokumentami", web_services.document_store),
    path("repo-ws-ext/FileRepoService", web_services.file_repository),
    path("podpisz-plik/", sign_document.sign_file, name="sign_file"),
    path("ca/<slug:kind>.crt", authorities.certificate),
    path("ca/<slug:kind>.crl", authorities.crl),
    path("ca/<slug:kind>/ocsp", authorities.ocsp),
    path("ca/<slug:kind>/ocsp/<path:encoded>", authorities.ocsp_get),
    path("epuap/", account.account, name="account"),
    path("epuap/logowanie/", account.account_sign_in, name="account_sign_in"),
    path("epuap/wyloguj/", account.account_sign_out, name="account_sign_out"),
    path("epuap/formularz/wniosek-o-dostep/", account.application_form, name="application_form"),
    path("epuap/robocze/<uuid:draft_id>/", account.draft, name="draft"),
    path("epuap/robocze/<uuid:draft_id>/podpis/", account.sign_draft, name="sign_draft"),
    path("epuap/robocze/<uuid:draft_id>/wyslij/", account.send_draft, name="send_draft"),
    path("epuap/dokumenty/<uuid:message_id>/", account.message, name="message"),
    path("epuap/dokumenty/<uuid:message_id>/xml/", account.message_xml, name="message_xml"),
    path("epuap/odbior/<uuid:delivery_id>/", account.hand_delivery, name="hand_delivery"),
    path("epuap/odbior/<uuid:delivery_id>/podpis/", account.sign_upd, name="sign_upd"),
    path("epuap/upp/<uuid:receipt_id>/", account.receipt, name="receipt"),
    path("epuap/upp/<uuid:receipt_id>/xml/", account.receipt_xml, name="receipt_xml"),
]
