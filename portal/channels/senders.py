"""The seam to what carries letters: one function a channel, registered at start."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.channels import errors, selectors


@dataclass(frozen=True)
class Letter:
    """A sealed letter of the office. `recipient` is an address of the channel; `key` makes it go out once."""

    recipient: str
    document: bytes
    title: str
    file_name: str
    key: str


Sender = Callable[[Letter], None]

_senders: dict[str, Sender] = {}


def register(channel_code: str, sender: Sender) -> None:
    """Say what sends letters through a channel. It writes down the letter in the caller's transaction."""
    if channel_code in _senders:
        raise ValueError(f"{channel_code} has a sender")
    _senders[channel_code] = sender


def has_sender(channel_code: str) -> bool:
    """Say whether letters can be sent through a channel at all."""
    return channel_code in _senders


def send(channel_code: str, letter: Letter) -> None:
    """Hand the letter to the channel. Raises NotSending (switched off by the town) and NoSender."""
    if not selectors.channel(channel_code).sends_letters:
        raise errors.NotSending
    if channel_code not in _senders:
        raise errors.NoSender
    _senders[channel_code](letter)
