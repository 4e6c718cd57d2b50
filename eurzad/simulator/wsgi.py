"""WSGI application of the simulator: `gunicorn eurzad.simulator.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "eurzad.simulator.settings"

application = get_wsgi_application()
