"""Pieces of pages that speak of mandates, for the templates of the apps above."""

from typing import Any

from django import template

from portal.mandates.models import Area, Right

register = template.Library()


@register.inclusion_tag("mandates/_missing.html", takes_context=True)
def missing_right(context: template.Context, right: str, area: str) -> dict[str, Any]:
    """Say which right over an area the viewer lacks for the person in view, with a button that asks for it."""
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "viewer": context.get("viewer"),
        "right": right,
        "right_name": Right(right).label,
        "area": area,
        "area_name": Area(area).label,
    }
