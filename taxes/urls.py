from django.urls import path

from taxes import account_views, views

app_name = "taxes"

urlpatterns = [
    path("", views.what_i_owe, name="what_i_owe"),
    path("wplaty/", account_views.payment_list, name="payments"),
    path("wplaty/<uuid:public_id>/", account_views.payment_detail, name="payment_detail"),
    path("nadplaty/", account_views.overpayment_list, name="overpayments"),
    path(
        "nadplaty/<uuid:public_id>/<slug:what>/", account_views.overpayment_letter, name="overpayment_letter"
    ),
    path("rok/", account_views.year, name="year"),
    path("rok/<int:year>/", account_views.year, name="year_of"),
    path("rok/<int:year>/<slug:part>.csv", account_views.table_csv, name="table_csv"),
    path("rok/<int:year>/<slug:kind>/", account_views.order_statement, name="order_statement"),
    path("zestawienia/<uuid:public_id>/", account_views.statement, name="statement"),
    path("zestawienia/<uuid:public_id>.pdf", account_views.statement_pdf, name="statement_pdf"),
    path("<uuid:public_id>/", views.receivable_detail, name="receivable_detail"),
    path("<uuid:public_id>/dokumenty/<uuid:decision_id>.pdf", account_views.paper, name="paper"),
    path("<uuid:public_id>/pismo/", account_views.dispute, name="dispute"),
]
