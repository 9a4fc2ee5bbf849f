"""Who is put into a cohort, and who is an exception."""

import re

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from betaops.cohorts import pasted
from betaops.enrollment import sheets
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class ListForm(Form):
    """People to put in: pasted, or in a file."""

    people = TextAreaField(
        _l("Mail addresses or ids"),
        [Optional(), Length(max=2_000_000, message=_l("This is too long. Upload it as a file."))],
        description=_l(
            "Separated by anything: lines, commas, spaces. Ids are those of your product, or ours (tst_…)."
        ),
        render_kw={"rows": 6, "spellcheck": "false"},
    )
    file = FileField(
        _l("Or a CSV file"),
        [Optional()],
        description=_l("With a column called email or distinct_id. As Excel saves it is fine."),
    )

    def entries(self) -> list[str]:
        """Everybody named, each once. What is wrong is said on its field, and then nobody is."""
        found = pasted.entries(self.people.data or "")
        try:
            if self.file.data:
                found += sheets.read_ids(self.file.data.read())
        except sheets.Unreadable as error:
            self.refuse(str(error), "file")
        if not found and not self.errors:
            self.refuse(_("Paste at least one address or id, or choose a file."), "people")
        return [] if self.errors else list(dict.fromkeys(found))


class ExceptionForm(Form):
    """Why somebody is an exception."""

    reason = StringField(
        _l("Why (only members read it)"),
        [Optional(), Length(max=500, message=_l("Keep it under 500 characters."))],
    )


class CompanyForm(Form):
    """Companies whose people are in."""

    companies = TextAreaField(
        _l("Companies"),
        [InputRequired(_l("Name at least one company.")), Length(max=200_000)],
        description=_l("One a line, or separated by commas."),
        render_kw={"rows": 2},
    )
    attribute = StringField(
        _l("Attribute that names the company"),
        [InputRequired(_l("Say which attribute names the company.")), Length(max=120)],
        default="company",
    )

    def names(self) -> list[str]:
        return [name.strip() for name in re.split(r"[,;\r\n]+", self.companies.data or "") if name.strip()]
