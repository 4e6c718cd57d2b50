"""The declared number of an applicant is of a scheme, as the verified one is."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery

CHOICES = [("pesel", "PESEL"), ("eidas", "identyfikator eIDAS"), ("demo", "PESEL (pokaz)")]


def copy_schemes(apps, schema_editor):
    """Until now a declared number was a PESEL; in the portal's own door it is the identity's."""
    identities = apps.get_model("people", "Identity").objects.filter(pk=OuterRef("identity_id"))
    applications = apps.get_model("access", "AccessApplication").objects
    applications.filter(door="portal").update(identifier_scheme=Subquery(identities.values("scheme")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("people", "0002_identities_by_scheme"),
    ]

    operations = [
        migrations.RenameField("accessapplication", "pesel_fingerprint", "identifier_fingerprint"),
        migrations.RenameField("accessapplication", "pesel_encrypted", "identifier_encrypted"),
        migrations.AddField(
            "accessapplication",
            "identifier_scheme",
            models.CharField(choices=CHOICES, default="pesel", editable=False, max_length=6),
            preserve_default=False,
        ),
        migrations.RunPython(copy_schemes, migrations.RunPython.noop),
    ]
