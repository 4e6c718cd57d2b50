"""What the demo town's clerks may do."""

from eurzad import demo
from portal.notices.services import notify_staff
from portal.people.models import User


def test_demo_clerks_hear_of_applications_and_of_payments_gone_wrong(filip: User) -> None:
    demo._load_roles()
    for permission in ("access.decide_accessapplication", "payments.view_providerevent"):
        assert notify_staff(permission=permission, topic="t", text="x") == 1
    assert not User.objects.get(pk=filip.pk).has_perm("payments.change_payment")
