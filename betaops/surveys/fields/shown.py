"""What is only looked at: pictures, and values that are calculated. No field, only a template."""

from betaops.surveys.fields.html import HtmlFields


class ImageFields(HtmlFields):
    template = "image"


class ExpressionFields(HtmlFields):
    template = "expression"
