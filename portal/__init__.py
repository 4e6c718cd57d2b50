"""Who you are, for whom you act, and the shell around every page."""
