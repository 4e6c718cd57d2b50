"""Channels as a test wants them."""

from portal.channels import data
from portal.channels.models import Channel


def close_channel(code: str) -> None:
    """Take no more applications through a channel."""
    assert Channel.objects.filter(code=code).update(takes_applications=False) == 1


def bring_channels() -> None:
    """Bring the channels as delivered: a test that commits leaves an empty database to the next one."""
    Channel.objects.bulk_create((Channel(**one) for one in data.CHANNELS), ignore_conflicts=True)
