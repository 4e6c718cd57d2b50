"""What the demo bank remembers."""

from typing import Any

from django.db import models
from django.utils import timezone


class Order(models.Model):
    """One order of the shop, as the shop described it."""

    class Status(models.TextChoices):
        NEW = "NEW", "nowe"
        PENDING = "PENDING", "w toku"
        COMPLETED = "COMPLETED", "zapłacone"
        CANCELED = "CANCELED", "anulowane"
        REJECTED = "REJECTED", "odrzucone"

    order_id = models.CharField(max_length=40, unique=True)
    ext_order_id = models.CharField(max_length=1024, unique=True)
    document = models.JSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    created_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.order_id

    @property
    def can_be_paid(self) -> bool:
        """Whether the payer may still decide."""
        return self.status in (self.Status.NEW, self.Status.PENDING) and timezone.now() < self.valid_until

    @property
    def amount(self) -> str:
        """The amount as the bank's page prints it."""
        zloty, grosze = divmod(int(self.document["totalAmount"]), 100)
        return f"{zloty:,}".replace(",", "\u00a0") + f",{grosze:02d}\u00a0zł"

    def as_document(self) -> dict[str, Any]:
        """The order as the interface shows it."""
        return {
            "orderId": self.order_id,
            "extOrderId": self.ext_order_id,
            "orderCreateDate": timezone.localtime(self.created_at).isoformat(timespec="milliseconds"),
            **{
                name: value
                for name, value in self.document.items()
                if name not in ("continueUrl", "validityTime")
            },
            "status": self.status,
        }


class Fault(models.Model):
    """Something that is to go wrong once, the next time the bank comes to this point."""

    class Point(models.TextChoices):
        CREATE = "create", "przyjęcie zlecenia"
        NOTIFY = "notify", "powiadomienie"

    point = models.CharField(max_length=10, choices=Point)
    kind = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.point}: {self.kind}"
