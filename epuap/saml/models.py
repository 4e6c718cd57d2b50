"""Sign-ins under way. They live on the server, because the answer comes back without the browser's cookie."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInRequest(models.Model):
    """One AuthnRequest that was sent, used at most once.

    Secrets (relay state, the browser's binding, the artifact in its unique form) are kept as SHA-256 only.
    The two fields for single logout are emptied by it, and the row is purged after a day.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idp = models.CharField(_("dostawca tożsamości"), max_length=40)
    request_id = models.CharField(max_length=64, unique=True)
    relay_state_hash = models.CharField(max_length=64, unique=True)
    binding_hash = models.CharField(max_length=64)
    next_url = models.CharField(max_length=500, blank=True)
    artifact = models.CharField(max_length=100, blank=True)
    artifact_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique once set
    name_id = models.CharField(max_length=256, blank=True)
    session_index = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("rozpoczęto"), db_index=True)
    expires_at = models.DateTimeField(_("ważne do"))
    consumed_at = models.DateTimeField(_("wykorzystano"), null=True)

    class Meta:
        verbose_name = _("logowanie w toku")
        verbose_name_plural = _("logowania w toku")

    def __str__(self) -> str:
        return str(self.public_id)
