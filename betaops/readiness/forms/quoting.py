"""Picking a quote."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired as Required
from wtforms.validators import Length

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.models import Expectation
from betaops.web.forms import Form

#: More than a quote may have: its length is counted without the spaces around and between words.
_MOST_TYPED = 20_000


class QuoteForm(Form):
    passage = TextAreaField(
        _l("Passage"),
        [Required(_l("Choose the words to quote.")), Length(max=_MOST_TYPED)],
        description=_l("Word for word. Where you leave something out, put […]."),
    )
    expectation = SelectField(_l("For which need"), [Required(_l("Choose the need."))])


def quote_form(expectations: Sequence[Expectation], **values: Any) -> QuoteForm:
    """With the needs of a program to choose from; none of several is chosen beforehand."""
    form = QuoteForm(data=values)
    needs = [SelectChoice(ids.encode("exp", each.id), each.need[:160]) for each in expectations]
    form.expectation.choices = needs if len(needs) == 1 else [SelectChoice("", _("Choose a need")), *needs]
    return form
