import os

from django.core.wsgi import get_wsgi_application

from eurzad.environment import stop_in_one_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")
with stop_in_one_line():
    application = get_wsgi_application()

    from portal.journal import roles
    from portal.people import identity_key

    roles.check_at_start()
    identity_key.check_at_start()
