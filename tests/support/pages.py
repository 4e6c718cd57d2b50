"""A test client that holds every page it fetches to the house's rules."""

from collections import Counter
from datetime import timedelta
from typing import Any

import html5lib
from django.http import HttpRequest, HttpResponse
from django.test import Client
from lxml import etree

from eurzad.lib import clock
from portal.desk import reasons
from portal.desk.models import Area, ReasonedSession
from portal.people import sessions

_VOID_TYPES = {"hidden", "submit", "button", "image", "reset"}


def check_page(response: HttpResponse) -> None:
    """Assert that an HTML answer is valid HTML with one h1, a title, a language, unique ids, labels and CSRF fields."""
    html = response.content.decode()
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    parser.parse(html)
    problems = [
        (position, code)
        for position, code, _ in parser.errors
        if code not in ("expected-doctype-but-got-end-tag",)
    ]
    assert not problems, f"Invalid HTML: {problems[:5]}"
    tree = etree.HTML(html)
    assert tree.get("lang"), "html has no lang"
    titles = tree.xpath("//head/title/text()")
    assert titles and titles[0].strip(" –"), "no title"
    headings = tree.xpath("//h1")
    assert len(headings) == 1, f"{len(headings)} h1"
    ids = Counter(tree.xpath("//@id"))
    assert not [key for key, count in ids.items() if count > 1], f"repeated ids {ids.most_common(3)}"
    for field in tree.xpath("//input|//select|//textarea"):
        if field.get("type") in _VOID_TYPES:
            continue
        labelled = (
            field.get("aria-label")
            or field.get("aria-labelledby")
            or tree.xpath("//label[@for=$id]", id=field.get("id", ""))
            or field.xpath("ancestor::label")
        )
        assert labelled, f"no label for {etree.tostring(field)[:120]!r}"
    for form in tree.xpath("//form[translate(@method,'POST','post')='post']"):
        action = form.get("action", "")
        if not action.startswith("http"):
            assert form.xpath(".//input[@name='csrfmiddlewaretoken']"), f"no CSRF field in form {action}"
    for script in tree.xpath("//script"):
        assert script.get("nonce"), "script without a nonce"
    assert not tree.xpath("//*[@style]"), "inline style"


def _open_data(user: Any) -> dict[str, str]:
    now = clock.now()
    rows = [
        ReasonedSession(
            user=user,
            area=area,
            reason="Sprawdzenie w teście",
            opened_at=now,
            ends_at=now + timedelta(minutes=30),
        )
        for area in Area
    ]
    return {str(row.area): str(row.public_id) for row in ReasonedSession.objects.bulk_create(rows)}


class PageClient:
    """`get` and `post` like Django's client, checking each page; `user=None` is anonymous."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def sign_in(self, user: Any, *, opens_data: bool = True) -> None:
        """Sign in without a password, in a session that is noted; staff get the trace of a second factor.

        A member of staff has given a reason for every kind of personal data, unless `opens_data` is off.
        """
        self.client.force_login(user)
        request = HttpRequest()
        request.user, request.session = user, self.client.session
        request.session.pop(sessions.OPENED, None)
        sessions.note(request, at_once=True)
        if user.is_staff:
            request.session["account_authentication_methods"] = [
                {"method": "password", "at": clock.now().timestamp()},
                {"method": "mfa", "type": "totp", "at": clock.now().timestamp()},
            ]
            request.session["account_authentication_methods_user"] = str(user.pk)
            request.session[reasons.KEY] = _open_data(user) if opens_data else {}
        request.session.save()

    def get(self, url: str, *, user: Any = None, status: int = 200, **extra: Any) -> Any:
        """Fetch `url`; asserts the status and checks an HTML page."""
        return self._checked("get", url, user=user, status=status, **extra)

    def post(self, url: str, data: Any = None, *, user: Any = None, status: int = 302, **extra: Any) -> Any:
        """Post to `url`; asserts the status (302 unless told) and checks an HTML page."""
        return self._checked("post", url, user=user, status=status, data=data, **extra)

    def _checked(self, method: str, url: str, *, user: Any, status: int, **extra: Any) -> Any:
        if user is not None:
            self.sign_in(user)
        response = getattr(self.client, method)(url, **extra)
        assert response.status_code == status, (
            f"{url}: {response.status_code} {response.get('Location', '')}, expected {status}"
        )
        if response.get("Content-Type", "").startswith("text/html") and response.content:
            check_page(response)
        return response
