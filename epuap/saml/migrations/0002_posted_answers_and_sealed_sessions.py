"""Answers posted whole wait encrypted; what single logout needs is encrypted; a message signs in once.

Sessions of before this change are ended here only: their NameID is dropped, so no single logout is sent for them.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saml", "0001_sign_in_requests")]

    operations = [
        migrations.RenameField("signinrequest", "artifact_hash", "answer_hash"),
        migrations.AddField("signinrequest", "parked", models.BinaryField(default=b"")),
        migrations.AddField("signinrequest", "session", models.BinaryField(default=b"")),
        migrations.RemoveField("signinrequest", "name_id"),
        migrations.RemoveField("signinrequest", "session_index"),
        migrations.CreateModel(
            name="SeenMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="przyjęto")),
            ],
            options={
                "verbose_name": "przyjęta odpowiedź logowania",
                "verbose_name_plural": "przyjęte odpowiedzi logowania",
            },
        ),
    ]
