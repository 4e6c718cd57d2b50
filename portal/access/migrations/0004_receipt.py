import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_identifiers_under_key"), ("channels", "0002_channels")]

    operations = [
        migrations.AddField(
            model_name="accessapplication",
            name="receipt",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="access_application",
                to="channels.receipt",
                verbose_name="poświadczenie",
            ),
        ),
    ]
