from eurzad.outbox.registry import every
from portal.mandates.services import daily


@every(seconds=300, name="mandates.daily")
def run_daily() -> None:
    """Do what is due since midnight in Warsaw."""
    daily.run_daily()
