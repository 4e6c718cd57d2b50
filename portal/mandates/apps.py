from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MandatesConfig(AppConfig):
    name = "portal.mandates"
    label = "mandates"
    verbose_name = _("Pełnomocnictwa")
    default_auto_field = "django.db.models.BigAutoField"
