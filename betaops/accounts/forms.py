"""Forms of accounts."""

from typing import Any

from wtforms import (
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from betaops.accounts import addresses, passwords
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class Mail:
    """Validator: an address that mail can be sent to; the field's data becomes its readable form."""

    def __call__(self, form: Any, field: Field) -> None:
        readable = addresses.readable(field.data or "")
        if readable is None:
            raise ValidationError(_("Enter an email address like name@example.com."))
        field.data = readable


class NewPassword:
    """Validator: one that is not the first to be guessed."""

    def __call__(self, form: Any, field: Field) -> None:
        typed = (getattr(form, name).data or "" for name in ("name", "mail", "workspace") if name in form)
        problem = passwords.problem(field.data or "", (*typed, *form.words))
        if problem is not None:
            raise ValidationError(problem)


def _mail(autocomplete: str = "email") -> EmailField:
    return EmailField(
        _l("Email address"),
        [InputRequired(_l("Enter an email address.")), Mail()],
        render_kw={
            "autocomplete": autocomplete,
            "inputmode": "email",
            "spellcheck": "false",
            "maxlength": addresses.LONGEST,
        },
    )


def _text(label: Any, missing: Any, longest: int, autocomplete: str = "off", **more: Any) -> StringField:
    return StringField(
        label,
        [InputRequired(missing), Length(max=longest)],
        render_kw={"autocomplete": autocomplete, "maxlength": longest},
        **more,
    )


def _password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


def _new_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(_l("Choose a password.")), NewPassword()],
        description=_l("8 characters or more. A few words in a row are easy to keep and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )


def _code(missing: Any, validator: type[InputRequired | Optional] = InputRequired) -> StringField:
    return StringField(
        _l("Code"),
        [validator(missing) if validator is InputRequired else validator(), Length(max=60)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class Choosing(Form):
    """A form with a new password. `words`: what belongs to the person besides the form's own fields."""

    words: tuple[str, ...] = ()


class SignInForm(Form):
    mail = _mail("username webauthn")
    password = _password(_l("Password"))
    next = HiddenField()


class CodeForm(Form):
    code = _code(_l("Enter the code."))


class ForgotForm(Form):
    mail = _mail()


class ResetForm(Choosing):
    password = _new_password(_l("New password"))


class SetupForm(Choosing):
    """The very first account."""

    workspace = _text(_l("Organisation"), _l("Enter the name of your organisation."), 120, "organization")
    name = _text(_l("Your name"), _l("Enter your name."), 120, "name")
    mail = _mail()
    password = _new_password(_l("Password"))


class JoinForm(Choosing):
    """Accepting an invitation to work here."""

    name = _text(_l("Your name"), _l("Enter your name."), 120, "name")
    password = _new_password(_l("Password"))


class ProofForm(Form):
    """One of them, as far as the account has it."""

    password = PasswordField(_l("Password"), [Optional()], render_kw={"autocomplete": "current-password"})
    code = _code("", Optional)
    credential = HiddenField()
    next = HiddenField()


class WorkspaceForm(Form):
    name = _text(_l("Name"), _l("Enter a name."), 120, description=_l("Members and testers see it."))


class InviteForm(Form):
    mail = _mail()
    role = SelectField(_l("Role"))


class RoleForm(Form):
    role = SelectField(_l("Role"))


class KeyForm(Form):
    name = _text(_l("Name"), _l("Enter a name."), 80, description=_l("Where the key is used."))
    scopes = SelectMultipleField(
        _l("What it may do"),
        [InputRequired(_l("Choose at least one thing that the key may do."))],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    days = SelectField(_l("Good for"), default="365")


class ProfileForm(Form):
    name = _text(_l("Name"), _l("Enter your name."), 120, "name")
    language = SelectField(_l("Language"))
    timezone = SelectField(_l("Time zone"), description=_l("Dates and times are shown in it."))
    theme = SelectField(_l("Theme"))
    density = SelectField(_l("Rows in tables"))


class PasswordForm(Choosing):
    current = _password(_l("Present password"))
    password = _new_password(_l("New password"))


class NewPasswordForm(Choosing):
    """For an account that has none yet."""

    password = _new_password(_l("New password"))


class TotpForm(Form):
    secret = HiddenField()
    code = _code(_l("Enter the code that your app shows."))


class PasskeyForm(Form):
    label = _text(_l("Name of this passkey"), _l("Enter a name."), 80)
    credential = HiddenField()
