"""The simulator process: its own settings, addresses and WSGI application."""
