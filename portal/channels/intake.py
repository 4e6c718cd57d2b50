"""Which channels have somebody who takes the applications that arrive through them; registered at start."""

_takers: set[str] = set()


def register(channel_code: str) -> None:
    """Say that applications of this channel are taken."""
    _takers.add(channel_code)


def has_taker(channel_code: str) -> bool:
    """Say whether a channel may be opened for applications at all."""
    return channel_code in _takers
