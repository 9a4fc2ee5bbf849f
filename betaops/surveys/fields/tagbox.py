"""Several of a list, which may be long: the page's script lets it be searched."""

from betaops.surveys.fields.checkbox import CheckboxFields


class TagboxFields(CheckboxFields):
    template = "tags"
