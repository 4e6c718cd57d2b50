"""How long jobs of the mailbox wait before they try again."""

BLOCKED_SECONDS = 300
LONGEST_PAUSE = 900


def pause_after(attempts: int) -> int:
    """Seconds to wait after the n-th failed attempt."""
    return min(5 << min(attempts, 10), LONGEST_PAUSE)
