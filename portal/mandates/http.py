"""The request that views behind `account_required` get."""

from portal.mandates.policy import Viewer
from portal.people.decorators import SignedInRequest


class AccountRequest(SignedInRequest):
    """A request of a signed-in user, with the viewer that ViewerMiddleware put on it; for annotations."""

    viewer: Viewer
