"""Identities are keyed by a scheme and a keyed hash; allauth's accounts by the identity, not by the hash."""

from django.db import migrations, models

import portal.people.fields


def name_schemes(apps, schema_editor):
    """Visitors of the demo have hashes of their own, so that many can be the same persona."""
    apps.get_model("people", "Identity").objects.filter(user__kind="demo").update(scheme="demo")


def key_accounts_by_identity(apps, schema_editor):
    """Let allauth know an account by the identity's public id, which no change of a key touches."""
    identities = apps.get_model("people", "Identity").objects
    accounts = apps.get_model("socialaccount", "SocialAccount").objects.filter(provider="national")
    for account in accounts.iterator():
        identity = identities.filter(fingerprint=account.uid).first()
        if identity is not None:
            accounts.filter(pk=account.pk).update(uid=str(identity.public_id))


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("socialaccount", "0001_initial"),
    ]

    operations = [
        migrations.RenameField("identity", "encrypted_pesel", "encrypted_identifier"),
        migrations.AlterField(
            "identity", "encrypted_identifier", portal.people.fields.EncryptedTextField(editable=False)
        ),
        migrations.AddField(
            "identity",
            "scheme",
            models.CharField(
                choices=[("pesel", "PESEL"), ("eidas", "identyfikator eIDAS"), ("demo", "PESEL (pokaz)")],
                default="pesel",
                max_length=6,
                verbose_name="rodzaj numeru",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_schemes, migrations.RunPython.noop),
        migrations.RunPython(key_accounts_by_identity, migrations.RunPython.noop),
    ]
