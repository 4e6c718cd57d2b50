"""Where a user is written to."""

from portal.people.models import User


def email_of(user: User) -> str:
    """Return the confirmed address of a user, or nothing."""
    return user.email
