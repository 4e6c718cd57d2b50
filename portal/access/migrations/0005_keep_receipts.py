"""Receipts move to their own table, byte for byte, and get a verification code."""

import hashlib
import re
from datetime import datetime

from django.db import migrations, models
from django.db.models import Q

from eurzad.lib import clock
from portal.channels.codes import new_code

FILED = ["submitted", "approved", "rejected", "joined"]
MADE = re.compile(rb"DataWytworzeniaPoswiadczenia>([^<]+)<")


def keep(apps, schema_editor):
    alias = schema_editor.connection.alias
    applications = apps.get_model("access", "AccessApplication").objects.using(alias)
    receipts = apps.get_model("channels", "Receipt").objects.using(alias)
    portal = apps.get_model("channels", "Channel").objects.using(alias).get(code="portal")
    for application in applications.filter(upp__isnull=False, receipt=None).iterator(chunk_size=100):
        content = bytes(application.upp)
        made = MADE.search(content)
        issued_at = datetime.fromisoformat(made[1].decode()) if made else application.received_at
        receipt = receipts.create(
            code=new_code(),
            channel=portal,
            kind="upp",
            identifier=application.upp_identifier,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            document_sha256=hashlib.sha256(bytes(application.signed_document or b"")).hexdigest(),
            is_own=True,
            legal_effect={"pl": portal.legal_effect},
            issued_at=issued_at,
            created_at=clock.now(),
        )
        applications.filter(pk=application.pk).update(receipt=receipt)
    settle(schema_editor)


def give_back(apps, schema_editor):
    applications = apps.get_model("access", "AccessApplication").objects.using(schema_editor.connection.alias)
    for application in applications.exclude(receipt=None).select_related("receipt").iterator(chunk_size=100):
        receipt = application.receipt
        applications.filter(pk=application.pk).update(
            upp=bytes(receipt.content), upp_identifier=receipt.identifier, receipt=None
        )
        receipt.delete()
    settle(schema_editor)


def settle(schema_editor):
    """PostgreSQL alters no table while checks of foreign keys are put off to the end of the transaction."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def proof(**of_portal):
    """A filed application has its document, and what proves that it was filed."""
    complete = Q(
        due_on__isnull=False,
        number__isnull=False,
        received_at__isnull=False,
        signature_report__isnull=False,
        signed_document__isnull=False,
    )
    proven = Q(door="portal", **of_portal) | Q(door="epuap", inbound_document__isnull=False)
    return models.CheckConstraint(
        condition=~Q(state__in=FILED) | (complete & proven), name="access_filed_has_proof"
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0004_receipt")]

    operations = [
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="accessapplication", name="access_filed_has_proof"),
        migrations.RunPython(migrations.RunPython.noop, give_back),
        migrations.RemoveField(model_name="accessapplication", name="upp"),
        migrations.RemoveField(model_name="accessapplication", name="upp_identifier"),
        migrations.AddConstraint(model_name="accessapplication", constraint=proof(receipt__isnull=False)),
    ]
