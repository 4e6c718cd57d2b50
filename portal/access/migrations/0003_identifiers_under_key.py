"""Columns under IDENTITY_KEY are named as such."""

from django.db import migrations

import portal.people.fields


class Migration(migrations.Migration):
    dependencies = [("access", "0002_identifiers_by_scheme")]

    operations = [
        migrations.AlterField(
            "accessapplication",
            "identifier_encrypted",
            portal.people.fields.EncryptedTextField(editable=False),
        ),
        migrations.AlterField(
            "accessapplication",
            "identifier_fingerprint",
            portal.people.fields.FingerprintField(
                editable=False, max_length=64, of="identifier_encrypted", scheme="identifier_scheme"
            ),
        ),
    ]
