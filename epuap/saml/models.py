"""Sign-ins under way. They live on the server, because the answer comes back without the browser's cookie."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInRequest(models.Model):
    """One AuthnRequest that was sent, used at most once.

    Secrets (relay state, the browser's binding, the answer in its unique form) are kept as SHA-256 only. An
    answer that was posted whole waits encrypted in `parked` for the browser to finish and is emptied when it
    does. `session` is what single logout will need, encrypted too. The row is purged after a day.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idp = models.CharField(_("dostawca tożsamości"), max_length=40)
    request_id = models.CharField(max_length=64, unique=True)
    relay_state_hash = models.CharField(max_length=64, unique=True)
    binding_hash = models.CharField(max_length=64)
    next_url = models.CharField(max_length=500, blank=True)
    artifact = models.CharField(max_length=100, blank=True)
    parked = models.BinaryField(default=b"")
    answer_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique once set
    session = models.BinaryField(default=b"")
    created_at = models.DateTimeField(_("rozpoczęto"), db_index=True)
    expires_at = models.DateTimeField(_("ważne do"))
    consumed_at = models.DateTimeField(_("wykorzystano"), null=True)

    class Meta:
        verbose_name = _("logowanie w toku")
        verbose_name_plural = _("logowania w toku")

    def __str__(self) -> str:
        return str(self.public_id)


class SeenMessage(models.Model):
    """A Response or an Assertion that has signed somebody in; the unique row is what refuses it a second time."""

    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("przyjęto"), db_index=True)

    class Meta:
        verbose_name = _("przyjęta odpowiedź logowania")
        verbose_name_plural = _("przyjęte odpowiedzi logowania")

    def __str__(self) -> str:
        return self.digest[:12]
