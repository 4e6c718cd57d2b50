"""Pages and endpoints of the simulated systems."""
