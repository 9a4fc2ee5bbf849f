"""The style page: every component in every state, with plain sample values. For members, and for looking at."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel import clock
from betaops.web.access import needs
from betaops.web.forms import Form

PERMISSION = "console:read"
blueprint = Blueprint("style", __name__, url_prefix="/console/style")

PEOPLE = (
    ("tst_1", "Ana Ruiz", "iOS pilot, Pro", 2, "5 of 6", "active"),
    ("tst_2", "Ben Okafor", "iOS pilot", 72, "2 of 6", "active"),
    ("tst_3", "Chiara Lindqvist-Montgomery van der Westhuizen", "Everyone", 9, "6 of 6", "active"),
    ("tst_4", "דנה לוי", "Everyone", 200, "0 of 6", "waitlisted"),
)
FUNNEL = (("Viewed", 1204), ("Applied", 388), ("Accepted", 220), ("Active", 168), ("Answering", 131))
WEEKS = (0.31, 0.36, 0.42, 0.39, 0.34, 0.27)


@dataclass(frozen=True)
class Person:
    """A row of the sample table."""

    id: str
    name: str
    cohorts: str
    hours: int
    answers: str
    state: str


class Sample(Form):
    """One field of every kind."""

    version = HiddenField(default="3")
    name = StringField(
        "Name of the survey", [InputRequired("Give the survey a name.")], description="Testers see it."
    )
    key = StringField("Key", description="Letters, digits and dashes.")
    seats = IntegerField("Seats", [InputRequired()], description="How many people can take part at once.")
    starts_on = DateField("First day", [InputRequired()])
    goal = TextAreaField("What do you want to learn?", description="Two or three sentences are enough.")
    phase = SelectField(
        "Phase",
        choices=[
            SelectChoice("draft", "Draft"),
            SelectChoice("recruiting", "Recruiting"),
            SelectChoice("running", "Running"),
        ],
    )
    cohort = SelectField("Cohort", choices=[SelectChoice(str(n), f"Cohort {n}") for n in range(1, 31)])
    channel = RadioField(
        "How do they get it?",
        choices=[
            SelectChoice("mail", "By mail"),
            SelectChoice("link", "By a link"),
            SelectChoice("app", "In the product"),
        ],
    )
    platforms = SelectMultipleField(
        "Platforms",
        choices=[SelectChoice("ios", "iOS"), SelectChoice("android", "Android"), SelectChoice("web", "Web")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    remind = BooleanField("Remind people who have not answered", description="Once, after three days.")
    pictures = FileField("Pictures", description="What you saw, as a screenshot.")


def _sample(*, wrong: bool) -> Sample:
    form = Sample(
        formdata=None,
        prefix="wrong-" if wrong else "",
        data={"name": "" if wrong else "First week", "seats": 200},
    )
    form.channel.data = "mail"
    if wrong:
        form.refuse("Give the survey a name.", "name")
        form.refuse("Choose at least one platform.", "platforms")
        form.refuse("Choose how people get it.", "channel")
        form.refuse("The file is not a picture.", "pictures")
        form.refuse("Somebody else published this survey a minute ago.")
    return form


@blueprint.get("")
@needs(PERMISSION)
def index() -> str:
    """The console's components."""
    return render_template("style/index.html", **_values())


@blueprint.get("/portal")
@needs(PERMISSION)
def portal() -> str:
    """The tester's components."""
    return render_template("style/portal.html", **_values())


def _values() -> dict[str, Any]:
    now = clock.now()
    return {
        "form": _sample(wrong=False),
        "wrong": _sample(wrong=True),
        "people": [Person(*each) for each in PEOPLE],
        "moments": [now - timedelta(hours=each[3]) for each in PEOPLE],
        "funnel_steps": [{"label": label, "value": value} for label, value in FUNNEL],
        "weeks": [{"label": f"Week {number}", "value": value} for number, value in enumerate(WEEKS, 1)],
        "page": SimpleNamespace(next="2", previous=None, items=PEOPLE),
        "program": None,
        "has_panel": "panel" in request.args,
    }
