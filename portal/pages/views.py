from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.pages import cards
from portal.people.decorators import account_required


def home(request: HttpRequest) -> HttpResponse:
    """The home page: a list of tasks."""
    return render(request, "pages/home.html", {"tasks": cards.home_tasks()})


@account_required
def overview(request: HttpRequest) -> HttpResponse:
    """The overview of a signed-in resident."""
    viewer = request.viewer
    return render(
        request, "pages/overview.html", {"attention": cards.attention(viewer), "cards": cards.cards(viewer)}
    )
