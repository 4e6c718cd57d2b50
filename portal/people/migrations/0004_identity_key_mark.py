"""The database remembers under which IDENTITY_KEY it is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_identity_constraints")]

    operations = [
        migrations.CreateModel(
            name="IdentityKeyMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("mark", models.CharField(editable=False, max_length=64)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "znacznik klucza tożsamości",
                "verbose_name_plural": "znaczniki klucza tożsamości",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(id=1), name="people_one_identity_key")
                ],
            },
        ),
    ]
