from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SamlConfig(AppConfig):
    name = "epuap.saml"
    label = "saml"
    verbose_name = _("Logowanie krajowe")
    default_auto_field = "django.db.models.BigAutoField"
