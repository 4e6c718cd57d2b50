"""Addresses that are agreed with the identity provider's operator."""

from django.urls import path

from portal.people import saml_views, views

urlpatterns = [
    path("<slug:idp>/metadata/", saml_views.metadata, name="saml_metadata"),
    path("<slug:idp>/acs/", saml_views.acs, name="saml_acs"),
    path("<slug:idp>/dokoncz/<uuid:request_id>/", saml_views.finish, name="saml_finish"),
    path("<slug:idp>/wyloguj/", views.sign_out, name="saml_logout"),
]
