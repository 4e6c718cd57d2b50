"""Reading channels and receipts. Channels are read afresh each time: a closed one is closed at once."""

from portal.channels.models import Channel, Receipt


def channel(code: str) -> Channel:
    """The channel with this code. Raises Channel.DoesNotExist."""
    return Channel.objects.get(code=code)


def open_for_applications() -> list[Channel]:
    """Channels through which the town takes applications, in its order."""
    return list(Channel.objects.filter(takes_applications=True))


def open_codes() -> list[str]:
    """Codes of the same."""
    return list(Channel.objects.filter(takes_applications=True).values_list("code", flat=True))


def is_open(code: str) -> bool:
    """Say whether the town takes applications through this channel."""
    return Channel.objects.filter(code=code, takes_applications=True).exists()


def receipt_by_code(code: str) -> Receipt | None:
    """The receipt with this verification code, as `codes.normalise` gives it."""
    return Receipt.objects.filter(code=code).first()


def own_receipt(identifier: str) -> Receipt | None:
    """The receipt that the office issued under this identifier."""
    return Receipt.objects.filter(identifier=identifier, is_own=True).first()
