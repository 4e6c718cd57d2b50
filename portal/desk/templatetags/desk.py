"""The band that says which personal data is open."""

from typing import Any

from django import template

from portal.desk import reasons

register = template.Library()


@register.inclusion_tag("desk/_band.html", takes_context=True)
def open_data(context: dict[str, Any]) -> dict[str, Any]:
    """Personal data open in this session, with the buttons that close it."""
    request = context["request"]
    is_clerk = request.user.is_authenticated and request.user.is_staff
    return {"request": request, "csrf_token": context.get("csrf_token"),
            "reasons": list(reasons.open_sessions(request).values()) if is_clerk else []}  # fmt: skip
