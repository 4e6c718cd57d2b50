"""The floor: the same middleware, database and session; bare views and templates."""

from eurzad.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floor_urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bench" / "templates"],  # noqa: F405
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
