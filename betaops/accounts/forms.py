"""Forms of accounts."""

from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    EmailField,
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

    field_flags: ClassVar = {"maxlength": addresses.LONGEST}

    def __call__(self, form: Any, field: Any) -> None:
        readable = addresses.readable(field.data or "")
        if readable is None:
            raise ValidationError(_("Enter an email address like name@example.com."))
        field.data = readable


def mail_field(label: Any, **more: Any) -> EmailField:
    return EmailField(
        label,
        [InputRequired(_l("Enter an email address.")), Mail()],
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
        **more,
    )


def password_field(label: Any, autocomplete: str, **more: Any) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(_l("Enter your password.")), Length(max=passwords.LONGEST)],
        render_kw={"autocomplete": autocomplete},
        **more,
    )


class NewPassword:
    """Validator: one that is not the first to be guessed."""

    def __call__(self, form: Any, field: Any) -> None:
        words = tuple(
            str(getattr(form, name).data or "")
            for name in ("name", "mail", "workspace")
            if hasattr(form, name)
        )
        problem = passwords.problem(field.data or "", words)
        if problem is not None:
            raise ValidationError(problem)


def new_password_field() -> PasswordField:
    return PasswordField(
        _l("Password"),
        [InputRequired(_l("Choose a password.")), NewPassword()],
        description=_l("8 characters or more. A few words in a row are easy to keep and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(Form):
    mail = mail_field(_l("Email address"))
    password = password_field(_l("Password"), "current-password")
    next = HiddenField()


class CodeForm(Form):
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code.")), Length(max=40)],
        description=_l("Six digits from your authenticator app, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class ForgotForm(Form):
    mail = mail_field(_l("Email address"))


class ResetForm(Form):
    password = new_password_field()


class SetupForm(Form):
    """The very first account."""

    workspace = StringField(
        _l("Organisation"), [InputRequired(_l("Enter the name of your organisation.")), Length(max=120)],
        render_kw={"autocomplete": "organization"},
    )  # fmt: skip
    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Enter your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    mail = mail_field(_l("Email address"))
    password = new_password_field()


class JoinForm(Form):
    """Accepting an invitation to work here."""

    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Enter your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    password = new_password_field()


class ProveForm(Form):
    password = password_field(_l("Password"), "current-password")
    next = HiddenField()


class WorkspaceForm(Form):
    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=120)])


class InviteForm(Form):
    mail = mail_field(_l("Email address"))
    role = SelectField(_l("Role"))


class RoleForm(Form):
    role = SelectField(_l("Role"))


class KeyForm(Form):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter a name.")), Length(max=80)],
        description=_l("Where the key is used."),
    )
    scopes = SelectMultipleField(
        _l("What it may do"),
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    days = SelectField(_l("Good for"), default="365")


class ProfileForm(Form):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(_l("Language"))
    timezone = SelectField(_l("Time zone"))
    theme = SelectField(_l("Theme"))
    density = SelectField(_l("Rows in tables"))


class PasswordForm(Form):
    current = password_field(_l("Present password"), "current-password")
    password = new_password_field()
    everywhere = BooleanField(_l("Sign out everywhere else"), [Optional()], default=True)


class TotpForm(Form):
    secret = HiddenField()
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code that your app shows.")), Length(max=10)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(Form):
    label = StringField(_l("Name of this passkey"), [InputRequired(_l("Enter a name.")), Length(max=80)])
    credential = HiddenField()
