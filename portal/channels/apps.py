from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "portal.channels"
    label = "channels"
    verbose_name = _("Kanały i poświadczenia")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.channels import epuap, selectors, senders
        from portal.journal import words
        from portal.people import doors

        words.register("channels.changed", _("zmiana kanału"))
        senders.register("epuap", epuap.send)
        doors.register(selectors.open_codes)
