"""Questions as WTForms fields, a file a question type."""

from betaops.surveys.fields.base import QuestionFields
from betaops.surveys.fields.boolean import BooleanFields
from betaops.surveys.fields.buttongroup import ButtongroupFields
from betaops.surveys.fields.checkbox import CheckboxFields
from betaops.surveys.fields.comment import CommentFields
from betaops.surveys.fields.compound import CompoundFields
from betaops.surveys.fields.dropdown import DropdownFields
from betaops.surveys.fields.file import FileFields
from betaops.surveys.fields.html import HtmlFields
from betaops.surveys.fields.imagepicker import ImagepickerFields
from betaops.surveys.fields.matrix import MatrixFields
from betaops.surveys.fields.radiogroup import RadiogroupFields
from betaops.surveys.fields.ranking import RankingFields
from betaops.surveys.fields.rating import RatingFields
from betaops.surveys.fields.shown import ExpressionFields, ImageFields
from betaops.surveys.fields.slider import SliderFields
from betaops.surveys.fields.tagbox import TagboxFields
from betaops.surveys.fields.text import TextFields

FIELDS: dict[str, QuestionFields] = {
    "text": TextFields(),
    "comment": CommentFields(),
    "radiogroup": RadiogroupFields(),
    "dropdown": DropdownFields(),
    "checkbox": CheckboxFields(),
    "boolean": BooleanFields(),
    "rating": RatingFields(),
    "matrix": MatrixFields(),
    "html": HtmlFields(),
    "tagbox": TagboxFields(),
    "buttongroup": ButtongroupFields(),
    "imagepicker": ImagepickerFields(),
    "ranking": RankingFields(),
    "slider": SliderFields(),
    "image": ImageFields(),
    "expression": ExpressionFields(),
    "multipletext": CompoundFields(),
    "paneldynamic": CompoundFields(),
    "matrixdynamic": CompoundFields(),
    "matrixdropdown": CompoundFields(),
    "file": FileFields(),
}

__all__ = ["FIELDS", "QuestionFields"]
