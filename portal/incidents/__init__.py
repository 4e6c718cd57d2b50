"""Reports of faults in town. The room is reserved; nothing is built in it yet (see docs/adr/0005)."""
