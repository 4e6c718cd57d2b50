"""The wire formats of the simulated peers."""
