"""The demo bank alone in a process, for the tests of payments."""

import os

from tests.payments import agreement

SECRET_KEY = "only for tests, signs nothing that matters to anybody"
DEMO_MODE = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "payments.simulator.urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "payments.simulator"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["BANK_DATABASE"],
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Warsaw"
STATIC_URL = "/static/"
SIM_BASE_URL = os.environ["SIM_BASE_URL"]
SIM_PAYU_POS_ID = agreement.POS_ID
SIM_PAYU_CLIENT_ID = agreement.POS_ID
SIM_PAYU_CLIENT_SECRET = agreement.CLIENT_SECRET
SIM_PAYU_SECOND_KEY = agreement.SECOND_KEY
