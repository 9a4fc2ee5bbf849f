"""Forms of products and programs."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Phase, Product, Program
from betaops.programs.outlines import Outline
from betaops.programs.screener import BadScreener, Kind, Question, check, name_for, questions
from betaops.programs.service.programs import MOST_SEATS
from betaops.programs.story import MOST_LINES, Charter, Story
from betaops.web.forms import Form, WholeNumberField

_NAME = [
    InputRequired(_l("Give it a name.")),
    Length(max=200, message=_l("Keep the name under 200 characters.")),
]


def lines(text: str | None) -> list[str]:
    """The lines of a text area that hold anything."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class ProductForm(Form):
    name = StringField(_l("Name"), _NAME, description=_l("As your testers know it."))
    origins = TextAreaField(
        _l("Web addresses that may use the public key"),
        [Optional(), Length(max=5000)],
        description=_l(
            "One a line, like https://app.example.com. Empty: any. Apps and servers are not affected."
        ),
        render_kw={"rows": 3},
    )
    version = HiddenField()

    def fill(self, product: Product) -> None:
        self.name.data = product.name
        self.origins.data = "\n".join(product.origins)
        self.version.data = str(product.version)


class ProgramForm(Form):
    template = RadioField(_l("Start from"), [InputRequired(_l("Choose what to start from."))])
    product = SelectField(_l("Product"), [InputRequired(_l("Choose a product."))])
    name = StringField(_l("Name"), _NAME, description=_l("For your team and for testers who are in."))
    codename = StringField(
        _l("Codename"),
        [Optional(), Length(max=200)],
        description=_l("What strangers read before they are in. Empty: the name."),
    )
    starts_on = DateField(_l("First day"), [Optional()], description=_l("Empty: in a week."))

    def offer(self, products: Sequence[Product], outlines: Sequence[Outline], ids: Sequence[str]) -> None:
        self.product.choices = [
            SelectChoice(key, product.name) for key, product in zip(ids, products, strict=True)
        ]
        self.template.choices = [SelectChoice(outline.key, outline.label) for outline in outlines]


class StoryForm(Form):
    name = StringField(_l("Name"), _NAME, description=_l("For your team and for testers who are in."))
    codename = StringField(
        _l("Codename"),
        [Optional(), Length(max=200)],
        description=_l("What strangers read instead of the name."),
    )
    title = StringField(_l("Headline"), [Optional(), Length(max=120)])
    lines = TextAreaField(
        _l("The story, at most five lines"),
        [Optional(), Length(max=2000)],
        description=_l("One thought a line. What is it, why now, what changes for them?"),
        render_kw={"rows": 6},
    )
    audience = StringField(_l("Who it is for"), [Optional(), Length(max=300)])
    asked = StringField(_l("What is asked"), [Optional(), Length(max=300)])
    minutes_per_week = WholeNumberField(
        _l("Minutes a week"), [Optional(), NumberRange(0, 2400, _l("Between 0 and 2400 minutes."))]
    )
    reward = StringField(_l("What they get"), [Optional(), Length(max=300)])
    version = HiddenField()

    def validate_lines(self, field: TextAreaField) -> None:
        if len(lines(field.data)) > MOST_LINES:
            raise ValidationError(_("At most %(most)s lines: shorter is read more.", most=MOST_LINES))

    def fill(self, program: Program) -> None:
        story = Story.from_json(program.story)
        self.name.data, self.codename.data = program.name, program.codename
        self.title.data, self.lines.data = story.title, "\n".join(story.lines)
        self.audience.data, self.asked.data, self.reward.data = story.audience, story.asked, story.reward
        self.minutes_per_week.data = story.minutes_per_week or None
        self.version.data = str(program.version)

    def story(self) -> Story:
        return Story(
            title=self.title.data or "",
            lines=tuple(lines(self.lines.data)),
            audience=self.audience.data or "",
            asked=self.asked.data or "",
            minutes_per_week=self.minutes_per_week.data or 0,
            reward=self.reward.data or "",
        )


class GoalsForm(Form):
    goals = TextAreaField(
        _l("Goals"),
        [Optional(), Length(max=10_000)],
        description=_l("What you want to know at the end. Markdown."),
        render_kw={"rows": 5},
    )
    hypothesis = TextAreaField(
        _l("Hypothesis"),
        [Optional(), Length(max=1000)],
        description=_l("X for these people gives Z within W weeks."),
    )
    baseline = TextAreaField(
        _l("Baseline"), [Optional(), Length(max=1000)], description=_l("How it is today, and how you know.")
    )
    threshold = TextAreaField(
        _l("Threshold"),
        [Optional(), Length(max=1000)],
        description=_l("From which result on it counts as a success."),
    )
    decider = StringField(
        _l("Who decides"), [Optional(), Length(max=200)], description=_l("One person, by name.")
    )
    version = HiddenField()

    def fill(self, program: Program) -> None:
        charter = Charter.from_json(program.charter)
        self.goals.data = program.goals
        self.hypothesis.data, self.baseline.data = charter.hypothesis, charter.baseline
        self.threshold.data, self.decider.data = charter.threshold, charter.decider
        self.version.data = str(program.version)

    def charter(self) -> Charter:
        return Charter(
            hypothesis=self.hypothesis.data or "",
            baseline=self.baseline.data or "",
            threshold=self.threshold.data or "",
            decider=self.decider.data or "",
        )


class ScheduleForm(Form):
    starts_on = DateField(_l("First day"), [InputRequired(_l("Write the first day."))])
    ends_on = DateField(
        _l("Last day"),
        [InputRequired(_l("Write the last day."))],
        description=_l("Fixed before the start, so that the program cannot drag on."),
    )
    capacity = WholeNumberField(
        _l("Seats"),
        [
            InputRequired(_l("Write a number of seats.")),
            NumberRange(0, MOST_SEATS, _l("Between 0 and 1,000,000 seats.")),
        ],
    )
    accepts_automatically = BooleanField(
        _l("Give seats at once"),
        description=_l("Applicants whom no answer rules out are in without waiting, while seats last."),
    )
    recruits_while_running = BooleanField(
        _l("Take applications while running"), description=_l("Otherwise only in the recruiting phase.")
    )
    version = HiddenField()

    def validate_ends_on(self, field: DateField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The end lies before the start."))

    def fill(self, program: Program) -> None:
        for name in ("starts_on", "ends_on", "capacity", "accepts_automatically", "recruits_while_running"):
            self[name].data = getattr(program, name)
        self.version.data = str(program.version)


class AgreementForm(Form):
    markdown = TextAreaField(
        _l("Agreement"),
        [InputRequired(_l("Write the agreement.")), Length(max=100_000)],
        description=_l("Markdown. Say it in plain words first; testers read it on a phone."),
        render_kw={"rows": 22},
    )
    version = HiddenField()


class PhaseForm(Form):
    phase = HiddenField(validators=[InputRequired()])
    note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=2000)],
        description=_l("Why now; stands in the program's history."),
    )

    def wanted(self) -> Phase | None:
        return Phase(self.phase.data) if self.phase.data in [phase.value for phase in Phase] else None


class QuestionForm(PlainForm):
    """One screener question in the editor; part of `ScreenerForm`, which carries the CSRF token."""

    label = StringField(_l("Question"), [Optional(), Length(max=300)])
    kind = SelectField(
        _l("Answered by"),
        choices=[
            SelectChoice(Kind.TEXT.value, _l("Text")),
            SelectChoice(Kind.CHOICE.value, _l("One of several")),
            SelectChoice(Kind.CHOICES.value, _l("Any of several")),
            SelectChoice(Kind.YESNO.value, _l("Yes or no")),
            SelectChoice(Kind.NUMBER.value, _l("A number")),
        ],
        default=Kind.TEXT.value,
    )
    hint = StringField(_l("Hint"), [Optional(), Length(max=300)])
    options = TextAreaField(
        _l("Answers to choose from"),
        [Optional(), Length(max=20_000)],
        description=_l("One a line."),
        render_kw={"rows": 4},
    )
    required = BooleanField(_l("Must be answered"), default=True)
    knock_out = TextAreaField(
        _l("Answers that rule a person out"),
        [Optional(), Length(max=5000)],
        description=_l("One a line; for yes or no write yes or no. They read a friendly no."),
        render_kw={"rows": 2},
    )
    keep_as = StringField(
        _l("Keep as attribute"),
        [
            Optional(),
            Length(max=40),
            Regexp(r"[a-z][a-z0-9_]*$", message=_l("Small letters, digits and underscores.")),
        ],
        description=_l("For cohort rules, like platform."),
    )
    name = HiddenField()

    def question(self, taken: Sequence[str]) -> Question:
        label = (self.label.data or "").replace("\0", "").strip()
        kind = Kind(self.kind.data)
        has_options = kind in (Kind.CHOICE, Kind.CHOICES)
        return Question(
            name=self.name.data or name_for(label, taken),
            label=label,
            kind=kind,
            hint=(self.hint.data or "").replace("\0", "").strip(),
            options=tuple(lines(self.options.data)) if has_options else (),
            required=bool(self.required.data),
            knock_out=tuple(lines(self.knock_out.data)) if has_options or kind is Kind.YESNO else (),
            keep_as=(self.keep_as.data or "").strip(),
        )


class ScreenerForm(Form):
    """All questions on one page. Buttons named `act` add, remove and move before anything is saved."""

    questions = FieldList(FormField(QuestionForm), _l("Questions"), max_entries=40)
    version = HiddenField()

    def fill(self, program: Program) -> None:
        for question in questions(program.screener):
            self.questions.append_entry(_typed(question))
        self.version.data = str(program.version)

    def asked(self) -> list[Question]:
        """What stands in the editor; rows without any words are passed over."""
        found: list[Question] = []
        for entry in self.questions.entries:
            if (entry.form.label.data or "").strip() or (entry.form.options.data or "").strip():
                found.append(entry.form.question([question.name for question in found]))
        return found

    def act(self, action: str) -> None:
        """`add`, `remove:2`, `up:2`, `down:2`: change the editor, keep everything typed."""
        verb, _colon, place = action.partition(":")
        rows: list[dict[str, Any]] = [entry.data for entry in self.questions.entries]
        index = int(place) if place.isdecimal() else -1
        if verb == "add":
            rows.append({"kind": Kind.TEXT.value, "required": True})
        elif 0 <= index < len(rows):
            row = rows.pop(index)
            if verb == "up":
                rows.insert(max(0, index - 1), row)
            elif verb == "down":
                rows.insert(index + 1, row)
        while self.questions.entries:
            self.questions.pop_entry()
        for row in rows[:40]:
            self.questions.append_entry(row)

    def is_sound(self) -> bool:
        """Whether the questions make sense; says what is wrong where it is wrong."""
        filled = [
            entry
            for entry in self.questions.entries
            if (entry.form.label.data or "").strip() or (entry.form.options.data or "").strip()
        ]
        try:
            check(self.asked())
        except BadScreener as error:
            for place, words in error.problems.items():
                number, _dot, name = place.partition(".")
                if name and name in filled[int(number)].form._fields:
                    field = filled[int(number)].form[name]
                    field.errors = [*field.errors, words]
                else:
                    self.refuse(words)
            return False
        return True


def _typed(question: Question) -> dict[str, Any]:
    return {
        "label": question.label,
        "kind": question.kind.value,
        "hint": question.hint,
        "options": "\n".join(question.options),
        "required": question.required,
        "knock_out": "\n".join(question.knock_out),
        "keep_as": question.keep_as,
        "name": question.name,
    }
