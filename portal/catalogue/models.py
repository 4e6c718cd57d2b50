from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


def validate_url_name(value: str) -> None:
    """Raises ValidationError unless `value` names a page of the portal that needs no arguments."""
    try:
        reverse(value)
    except NoReverseMatch as error:
        raise ValidationError(_("W portalu nie ma strony o takiej nazwie.")) from error


class Service(models.Model):
    """One thing a resident can arrange with the town."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("W tym portalu")
        EPUAP = "epuap", _("Przez ePUAP")
        EXTERNAL = "external", _("W innym serwisie")
        DESK = "desk", _("W urzędzie")

    title = models.CharField(_("nazwa"), max_length=160)
    slug = models.SlugField(_("adres"), max_length=80, unique=True)
    summary = models.CharField(_("w jednym zdaniu"), max_length=250)
    audience = models.CharField(_("dla kogo"), max_length=250)
    fee = models.CharField(_("opłata"), max_length=250)
    handling_time = models.CharField(_("czas załatwienia"), max_length=250)
    documents = models.TextField(_("co przygotować"), blank=True, help_text=_("Jedna rzecz w wierszu."))
    legal_basis = models.CharField(_("podstawa prawna"), max_length=300)
    channel = models.CharField(_("gdzie"), max_length=10, choices=Channel)
    url_name = models.CharField(
        _("strona portalu"), max_length=80, blank=True, validators=[validate_url_name]
    )
    external_url = models.URLField(_("adres poza portalem"), blank=True)
    unit = models.CharField(_("kto załatwia"), max_length=120)
    order = models.PositiveSmallIntegerField(_("kolejność"), default=100)
    is_published = models.BooleanField(_("opublikowana"), default=True)

    class Meta:
        verbose_name = _("usługa")
        verbose_name_plural = _("usługi")
        ordering = ("order", "title")
        constraints = [
            models.CheckConstraint(
                name="catalogue_service_one_address",
                condition=Q(url_name="") | Q(external_url=""),
                violation_error_message=_("Podaj stronę portalu albo adres poza nim, nie oba naraz."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
