"""Plain Python used by every room. Imports neither Django nor Celery nor an HTTP library."""
