"""The four channels with the texts that were settings; from here on the town keeps them."""

from django.db import migrations

from portal.channels.data import CHANNELS


def load(apps, schema_editor):
    rows = apps.get_model("channels", "Channel").objects.using(schema_editor.connection.alias)
    rows.bulk_create(rows.model(**channel) for channel in CHANNELS)


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
