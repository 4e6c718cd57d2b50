"""The digest of what was filed, by which the same file is known again."""

import hashlib

from django.db import migrations


def fill(apps, schema_editor):
    applications = apps.get_model("access", "AccessApplication").objects
    known = set(applications.exclude(signed_sha256="").values_list("signed_sha256", flat=True))
    filed = applications.filter(due_on__isnull=False, signed_document__isnull=False, signed_sha256="")
    for pk, content in filed.order_by("pk").values_list("pk", "signed_document").iterator(chunk_size=10):
        digest = hashlib.sha256(bytes(content)).hexdigest()
        if digest not in known:
            known.add(digest)
            applications.filter(pk=pk).update(signed_sha256=digest)


class Migration(migrations.Migration):
    dependencies = [("access", "0007_represented_attachments_corrections")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
