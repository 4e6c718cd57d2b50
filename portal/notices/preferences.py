"""What a user wants to hear of, and how: a grid of topics and channels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise

from portal.notices.models import Preference
from portal.people.models import User


@dataclass(frozen=True, slots=True)
class Topic:
    """Something one can choose to hear of. The defaults hold until the user has chosen."""

    code: str
    name: str | Promise
    in_portal: bool = True
    by_email: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the grid."""

    topic: Topic
    in_portal: bool
    by_email: bool

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be sent."""
        return not (self.in_portal or self.by_email)


_topics: dict[str, Topic] = {}


def register(topic: Topic) -> None:
    """Add a topic to the grid; in `AppConfig.ready()`."""
    _topics[topic.code] = topic


def choices_of(user: User) -> dict[str, Choice]:
    """Return the user's choice on every topic; one query."""
    kept = {row.topic: row for row in Preference.objects.filter(user=user)}
    return {
        code: Choice(topic, row.in_portal, row.by_email)
        if (row := kept.get(code))
        else Choice(topic, topic.in_portal, topic.by_email)
        for code, topic in _topics.items()
    }


@transaction.atomic
def choose(user: User, chosen: Mapping[str, Iterable[str]]) -> None:
    """Keep the user's choice: for each topic the channels `portal` and `email` that are wanted."""
    for code in _topics:
        channels = set(chosen.get(code, ()))
        Preference.objects.update_or_create(
            user=user,
            topic=code,
            defaults={"in_portal": "portal" in channels, "by_email": "email" in channels},
        )
