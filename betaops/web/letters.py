"""Mails from templates: `templates/email/<name>.txt` and `.html`, in the reader's language.

The first line of the text template is the subject. Rendered by handlers and jobs, inside the
request-like context that the worker opens around each job.
"""

import uuid
from typing import Any

import css_inline
from flask import current_app, render_template, url_for

from betaops.kernel import i18n
from betaops.kernel.mail import Letter

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def letter(
    template: str,
    to: str,
    *,
    kind: str,
    language: str | None = None,
    person_id: uuid.UUID | None = None,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Letter:
    """`template` (`enrollment_welcome`) filled with `values`, ready for `kernel.mail.queue`."""
    with i18n.speaking(language):
        text = render_template(f"email/{template}.txt", **values)
        subject, _, body = text.strip().partition("\n")
        html = render_template(f"email/{template}.html", subject=subject, **values)
    return Letter(
        to=to,
        subject=" ".join(subject.split()),
        text=body.strip() + "\n",
        html=_inliner.inline(html),
        headers=headers or {},
        kind=kind,
        person_id=person_id,
    )


def link(endpoint: str, **values: Any) -> str:
    """An absolute address under BASE_URL, whatever Host the present request claims."""
    settings = current_app.platform.settings  # type: ignore[attr-defined]  # our Application
    return str(settings.base_url + url_for(endpoint, **values))
