"""What every page of the simulator shows."""

from django.conf import settings
from django.http import HttpRequest


def simulator(request: HttpRequest) -> dict[str, str]:
    """Names of the two sides, for the header and the footer."""
    return {"portal_url": settings.PORTAL_BASE_URL, "office_name": settings.SIM_OFFICE_NAME}
