from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MandatesConfig(AppConfig):
    name = "portal.mandates"
    label = "mandates"
    verbose_name = _("Pełnomocnictwa")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.journal import words

        words.register("mandates.act_for", _("rozpoczęcie działania w cudzym imieniu"))
        words.register("mandates.grant", _("udzielenie pełnomocnictwa"))
        words.register("mandates.revoke", _("odwołanie pełnomocnictwa"))
        words.register("mandates.ask", _("prośba o pełnomocnictwo"))
        words.register("mandates.enter", _("wpisanie pełnomocnictwa przez urząd"))
        words.register("mandates.confirm", _("zatwierdzenie pełnomocnictwa"))
        words.register("mandates.refuse", _("odrzucenie pełnomocnictwa"))
        words.register("mandates.read", _("pełnomocnictwo"), is_read=True)
        words.register("mandates.document", _("podpisany dokument pełnomocnictwa"), is_read=True)
        words.register("mandates.pdf", _("pełnomocnictwo w PDF"), is_read=True)
