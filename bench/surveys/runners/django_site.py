"""A Django site with django-survey-and-report and one survey. Run with the Python that has it; it knows nothing of betaops.

`python django_site.py` makes the database and the survey and prints its id; gunicorn serves `application`.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

FOLDER = Path(os.environ["BENCH_FOLDER"])

settings.configure(
    DEBUG=False,
    SECRET_KEY="nobody guesses what a bench calls its secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    STATIC_URL="/static/",
    USE_TZ=True,
    USE_I18N=True,
    LANGUAGES=[("en", "English")],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "django.db",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.admin", "survey",
    ],
    SITE_ID=1,
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.contrib.auth.context_processors.auth",
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    CHOICES_SEPARATOR=",",
    USER_DID_NOT_ANSWER="Left blank",
    EXCEL_COMPATIBLE_CSV=False,
    DEFAULT_SURVEY_PUBLISHING_DURATION=7,
    SURVEY_DEFAULT_PIE_COLOR="blue!50",
    TEX_CONFIGURATION_FILE=FOLDER / "tex.yaml",
    LOGGING_CONFIG=None,
)  # fmt: skip

application = get_wsgi_application()

urlpatterns = [
    path("survey/", include("survey.urls")),
    path("accounts/", include("django.contrib.auth.urls")),
]


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from survey.models import Question, Survey

    survey = Survey.objects.create(
        name="Bench",
        description="",
        is_published=True,
        need_logged_user=False,
        editable_answers=True,
        display_method=0,
    )
    given = json.loads(sys.argv[1])
    for order, (kind, name, choices) in enumerate(given):
        Question.objects.create(
            text=name,
            order=order,
            required=True,
            survey=survey,
            type=kind,
            choices=", ".join(choices) or None,
        )
    print(survey.pk)


if __name__ == "__main__":
    main()
