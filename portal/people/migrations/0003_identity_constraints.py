"""The same number in two schemes is two people; columns under the key are named as such."""

from django.db import migrations, models

import portal.people.fields


class Migration(migrations.Migration):
    dependencies = [("people", "0002_identities_by_scheme")]

    operations = [
        migrations.AlterField(
            "identity",
            "fingerprint",
            portal.people.fields.FingerprintField(
                editable=False, max_length=64, of="encrypted_identifier", scheme="scheme"
            ),
        ),
        migrations.AlterField(
            "subjectidentifier",
            "fingerprint",
            portal.people.fields.FingerprintField(
                editable=False, max_length=64, of="encrypted", scheme="scheme"
            ),
        ),
        migrations.AlterField(
            "subjectidentifier", "encrypted", portal.people.fields.EncryptedTextField(editable=False)
        ),
        migrations.AddConstraint(
            "identity",
            models.UniqueConstraint(fields=("scheme", "fingerprint"), name="people_identity_unique"),
        ),
        migrations.AddConstraint(
            "identity",
            models.CheckConstraint(
                condition=models.Q(scheme__in=["pesel", "eidas", "demo"]), name="people_identity_scheme_known"
            ),
        ),
    ]
