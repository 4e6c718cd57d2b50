"""The simulator's Django app."""

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    """Installed in the simulator process only."""

    name = "epuap.simulator"
    label = "epuap_simulator"
