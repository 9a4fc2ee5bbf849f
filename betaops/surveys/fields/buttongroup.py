"""One of a few, side by side."""

from betaops.surveys.fields.radiogroup import RadiogroupFields


class ButtongroupFields(RadiogroupFields):
    template = "buttons"
