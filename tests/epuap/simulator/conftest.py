"""A portal in front of the simulator."""

import pytest

from tests.epuap.simulator.peer import Peer
from tests.support.simulator import Simulator


@pytest.fixture
def peer(simulator: Simulator) -> Peer:
    return Peer(simulator)
