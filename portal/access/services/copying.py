"""The content of one application put into the draft of another: details, represented, files."""

from portal.access.models import AccessApplication, Attachment, Represented
from portal.access.services.details import Details

_OWN = ("email_confirmed_at", "email_messages", "own_data")
_REPRESENTED = (
    "position", "kind", "scheme", "fingerprint", "encrypted_number", "given_name", "family_name", "name", "basis",
    "role", "areas", "rights", "valid_to", "duty", "duty_ground", "duty_note",
)  # fmt: skip
_FILE = ("purpose", "name", "mime", "content", "size", "sha256", "added_at")


def copy_content(source: AccessApplication, target: AccessApplication) -> None:
    """Fill the empty draft `target` with what `source` says; call inside a transaction."""
    for name in (*Details.__dataclass_fields__, *_OWN):
        setattr(target, name, getattr(source, name))
    target.save()
    copies: dict[int | None, Represented | None] = {None: None}
    for row in source.represented.all():
        values = {name: getattr(row, name) for name in _REPRESENTED}
        copies[row.pk] = Represented.objects.create(application=target, **values)
    for file in source.attachments.all():
        values = {name: getattr(file, name) for name in _FILE}
        Attachment.objects.create(application=target, represented=copies[file.represented_id], **values)
