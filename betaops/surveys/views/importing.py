"""A survey from another tool's file: first what would become of it, then the survey."""

from typing import Any

import orjson
from flask import render_template

from betaops.surveys import importers, policy
from betaops.surveys.forms.starting import FileForm, NewForm
from betaops.surveys.importers import Report
from betaops.surveys.views.frame import blueprint, program_of
from betaops.web.access import needs


@blueprint.route("/new/file", methods=["GET", "POST"])
@needs(policy.WRITE)
def import_file(slug: str) -> Any:
    """Nothing is made here: the page shows the report, and a button sends what was read on to `new`."""
    program = program_of(slug)
    form = FileForm()
    report: Report | None = None
    ready: NewForm | None = None
    if form.validate_on_submit():
        data = form.file.data.read(importers.LARGEST_FILE + 1)
        definition, report = importers.read_any(data)
        if definition is None:
            form.refuse(report.problems[0], "file")
            report = None
        else:
            name = report.title or (form.file.data.filename or "").rpartition(".")[0]
            ready = _ready(definition, name)
    page = render_template(
        "surveys/console/importing.html",
        program=program,
        form=form,
        report=report,
        ready=ready,
        endings=",".join(importers.ENDINGS),
    )
    return page, 422 if form.errors else 200


def _ready(definition: dict[str, Any], name: str) -> NewForm:
    """The form that makes the survey, filled in."""
    source = orjson.dumps(definition).decode()
    return NewForm(formdata=None, data={"name": " ".join(name.split())[:200], "json": source})
