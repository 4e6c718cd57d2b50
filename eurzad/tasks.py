"""What runs by the clock for the instance as a whole."""

from eurzad import demo
from eurzad.outbox.registry import every


@every(seconds=600, name="demo.reset")
def reset_demo() -> None:
    """Make the demo town anew, once a night."""
    demo.reset_at_night()
