"""Mail that an outage of hours left unsent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from eurzad.lib import clock
from eurzad.outbox.models import Job
from portal.notices import services
from portal.notices.models import Notice
from portal.people.models import User


@pytest.fixture
def set_aside(anna: User) -> Notice:
    notice = services.notify(user=anna, topic="test", text="Coś się stało.", email="anna@example.test")
    Job.objects.update(state=Job.State.FAILED, finished_at=clock.now())
    return notice


def test_it_is_taken_up_again_and_sent_once(set_aside: Notice, run_jobs: Callable[..., int]) -> None:
    assert services.resend_emails() == 1
    assert services.resend_emails() == 1
    run_jobs()
    assert services.resend_emails() == 0
    run_jobs()
    assert len(mail.outbox) == 1


def test_after_three_days_it_is_no_news(set_aside: Notice) -> None:
    with clock.frozen(clock.now() + timedelta(days=3, minutes=1)):
        assert services.resend_emails() == 0
