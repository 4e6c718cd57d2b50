from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaxesConfig(AppConfig):
    name = "taxes"
    label = "taxes"
    verbose_name = _("Należności")
    default_auto_field = "django.db.models.BigAutoField"
