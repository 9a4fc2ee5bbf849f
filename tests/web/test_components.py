"""Components as they come out: names, errors and labels are tied together for those who do not see them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_wtf.csrf import CSRFProtect
from wtforms import BooleanField, Form, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from betaops.kernel import i18n
from betaops.kernel.settings import Settings
from betaops.web import templating
from betaops.web.assets import FOLDER

TEMPLATES = FOLDER.parent.parent / "templates"


class Sample(Form):
    name = StringField("Name", [InputRequired("Give it a name.")], description="Testers see it.")
    note = StringField("Note")
    channel = RadioField(
        "Channel",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("a", "Mail"), SelectChoice("b", "Link")],
    )
    agree = BooleanField("I agree", [InputRequired("Agree first.")])


@pytest.fixture
def draw() -> Iterator[Any]:
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.config["SECRET_KEY"] = "x" * 32
    CSRFProtect(app)
    templating.register(app, Settings(database_url="sqlite://", secret_key="x" * 32))

    def _draw(name: str, call: str, **values: Any) -> str:
        template = '{% from "components/' + name + '.html" import ' + name + " %}" + call
        return " ".join(render_template_string(template, **values).split())

    with app.test_request_context("/list?q=a&sort=name"):
        yield _draw


def test_a_fields_hint_and_error_are_tied_to_its_control(draw: Any) -> None:
    form = Sample()
    form.validate()
    html = draw("field", "{{ field(form.name) }}", form=form)
    assert 'aria-describedby="name-hint name-error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'id="name-error">.*Error:.*Give it a name', html)
    assert 'for="name"' in html


def test_optional_fields_are_marked_and_required_ones_are_not(draw: Any) -> None:
    form = Sample()
    assert "(optional)" in draw("field", "{{ field(form.note) }}", form=form)
    assert "(optional)" not in draw("field", "{{ field(form.name) }}", form=form)


def test_a_choice_of_several_is_a_group_with_a_legend(draw: Any) -> None:
    html = draw("field", "{{ field(form.channel) }}", form=Sample())
    assert html.startswith("<fieldset")
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_the_error_summary_leads_to_each_field_in_the_same_words(draw: Any) -> None:
    form = Sample()
    form.validate()
    html = draw("error_summary", "{{ error_summary(form) }}", form=form)
    assert '<a href="#name">Give it a name.</a>' in html
    assert '<a href="#channel-0">Choose one.</a>' in html
    assert "There is a problem" in html


def test_a_form_without_errors_has_no_summary(draw: Any) -> None:
    assert draw("error_summary", "{{ error_summary(form) }}", form=Sample()) == ""


def test_a_components_own_class_survives_the_callers(draw: Any) -> None:
    html = draw("button", '{{ button("Go", attrs={"class": "far", "data-key": "c"}) }}')
    assert html.count("class=") == 1
    assert 'class="button secondary far"' in html
    assert 'data-key="c"' in html


def test_what_a_person_typed_is_text_everywhere(draw: Any) -> None:
    evil = '"><script>alert(1)</script>'
    for name, call in [
        ("badge", "{{ badge(evil) }}"),
        ("button", "{{ button(evil, href=evil) }}"),
        ("cell", "{{ cell(evil, evil, href=evil) }}"),
        ("stat", "{{ stat(evil, evil, note=evil) }}"),
        ("timeline", "{{ timeline([], label=evil) }}"),
        ("copy", "{{ copy(evil, evil) }}"),
        ("avatar", "{{ avatar(evil, label=evil) }}"),
        ("bars", '{{ bars(evil, [{"label": evil, "value": 1}]) }}'),
        ("range", "{{ range(0.5, 0.4, 0.6, 0.7, evil) }}"),
    ]:
        assert "<script" not in draw(name, call, evil=evil), name


def test_a_head_sorts_by_its_column_and_then_the_other_way(draw: Any) -> None:
    call = '{% call table("T", [{"label": "Name", "key": "name", "sort": true}], sort=order) %}{% endcall %}'
    assert 'href="/list?q=a&amp;sort=-name"' in draw("table", call, order="name")
    assert 'aria-sort="ascending"' in draw("table", call, order="name")
    assert 'href="/list?q=a&amp;sort=name"' in draw("table", call, order="-name")


@pytest.mark.parametrize(
    ("estimate", "low", "high"), [(0.9, 0.8, 0.95), (None, None, None), (0.0, 0.0, 0.0), (1.4, -0.2, 3.0)]
)
def test_a_range_is_drawn_within_its_scale_whatever_it_is_given(
    draw: Any, estimate: float, low: float, high: float
) -> None:
    html = draw("range", '{{ range(e, l, h, 0.97, "Sync") }}', e=estimate, l=low, h=high)
    places = [float(place) for place in re.findall(r'(?:cx|x|width)="([\d.-]+)%"', html)]
    assert places
    assert all(0 <= place <= 100 for place in places)


def test_drawings_of_nothing_are_drawings_of_nothing(draw: Any) -> None:
    assert "nothing measured yet" in draw("range", '{{ range(none, none, none, none, "Sync") }}')
    assert "<tbody>" in draw("bars", '{{ bars("Q", []) }}')
    assert "<tbody>" in draw("funnel", "{{ funnel([]) }}")
    assert "View as table" in draw("trend", '{{ trend("T", []) }}')
    assert "<svg" in draw("sparkline", '{{ sparkline([], "none") }}')


def test_every_component_says_what_it_is_for() -> None:
    silent = [
        path.name
        for path in TEMPLATES.glob("components/*.html")
        if "{#-" not in path.read_text() and path.name != "mark.html"
    ]
    assert silent == []


def test_templates_carry_no_script_or_style_of_their_own() -> None:
    for path in TEMPLATES.rglob("*.html"):
        if "email" in path.parts or path.name == "email.html":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path


def test_a_choice_that_always_has_an_answer_is_not_called_optional(draw: Any) -> None:
    class Choices(Form):
        phase = SelectField("Phase", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
        cohort = SelectField("Cohort", choices=[SelectChoice("", "None"), SelectChoice("b", "B")])

    form = Choices()
    assert "(optional)" not in draw("field", "{{ field(form.phase) }}", form=form)
    assert "(optional)" in draw("field", "{{ field(form.cohort) }}", form=form)


def test_each_chosen_value_is_a_chip_that_takes_itself_away(draw: Any) -> None:
    fields = [
        {
            "name": "state",
            "label": "State",
            "options": [("new", "New"), ("old", "Old")],
            "value": ["new", "old"],
        },
        {"name": "cohort", "label": "Cohort", "options": [(7, "iOS")], "value": 7},
        {"name": "owner", "label": "Owner", "options": [("me", "Mine")], "value": None},
    ]
    html = draw("filters", '{{ filters(fields, search="", clear="/list") }}', fields=fields)
    assert html.count('class="chip"') == 3
    assert "State: <b>New</b>" in html
    assert "Cohort: <b>iOS</b>" in html
    assert 'href="/list?q=a&amp;sort=name&amp;state=old"' in html


def test_filters_that_are_not_set_are_no_chips(draw: Any) -> None:
    fields = [{"name": "state", "label": "State", "options": [("", "All"), ("new", "New")], "value": ""}]
    assert "chip" not in draw("filters", "{{ filters(fields) }}", fields=fields)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "general availability"), ("de", "General availability")]
)
def test_a_name_inside_a_sentence_keeps_its_capital_where_nouns_have_one(
    language: str, expected: str
) -> None:
    with i18n.speaking(language):
        assert templating.inside("General availability") == expected
