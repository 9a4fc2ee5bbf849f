"""Files of other survey tools, as those tools write them: small, and with everything that importers know."""

import json
from io import BytesIO
from typing import Any

import xlsxwriter

Row = dict[str, Any]


def lss(**tables: list[Row]) -> bytes:
    """A LimeSurvey file of version 3; tables besides those of a whole survey replace them."""
    whole: dict[str, list[Row]] = {**LIME, **tables}
    body = "".join(
        f"<{name}><rows>{''.join(map(_row, rows))}</rows></{name}>" for name, rows in whole.items()
    )
    languages = "<languages><language>en</language><language>de</language></languages>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<document><LimeSurveyDocType>Survey</LimeSurveyDocType>'
        f"<DBVersion>366</DBVersion>{languages}{body}</document>"
    ).encode()


def _row(row: Row) -> str:
    return f"<row>{''.join(f'<{name}><![CDATA[{value}]]></{name}>' for name, value in row.items())}</row>"


def question(qid: int, kind: str, title: str, text: str, **more: Any) -> Row:
    return {
        "qid": qid, "parent_qid": 0, "sid": 1, "gid": 10, "type": kind, "title": title, "question": text,
        "other": "N", "mandatory": "N", "question_order": qid, "language": "en", "scale_id": 0, "relevance": "1", **more,
    }  # fmt: skip


def answer(qid: int, code: str, text: str, order: int = 1, **more: Any) -> Row:
    return {
        "qid": qid, "code": code, "answer": text, "sortorder": order, "language": "en", "scale_id": 0, **more
    }  # fmt: skip


def part(qid: int, parent: int, code: str, text: str, **more: Any) -> Row:
    return question(qid, "T", code, text, parent_qid=parent, **more)


LIME: dict[str, list[Row]] = {
    "surveys": [{"sid": 1, "language": "en", "additional_languages": "de", "format": "G", "allowprev": "N"}],
    "surveys_languagesettings": [
        {"surveyls_survey_id": 1, "surveyls_language": "en", "surveyls_title": "Week one",
         "surveyls_welcometext": "<p>Welcome</p>", "surveyls_endtext": "Thanks", "surveyls_email_invite": "Dear {FIRSTNAME}"},
        {"surveyls_survey_id": 1, "surveyls_language": "de", "surveyls_title": "Woche eins"},
    ],
    "groups": [
        {"gid": 10, "sid": 1, "group_name": "Start", "group_order": 1, "language": "en", "grelevance": ""},
        {"gid": 10, "sid": 1, "group_name": "Anfang", "group_order": 1, "language": "de", "grelevance": ""},
        {"gid": 11, "sid": 1, "group_name": "Rest", "group_order": 2, "language": "en", "grelevance": 'uses.NAOK == "Y"'},
    ],
    "questions": [
        question(1, "Y", "uses", "<p>Do you use <strong>it</strong>?</p>", mandatory="Y"),
        question(1, "Y", "uses", "Nutzen Sie es?", language="de", mandatory="Y"),
        question(2, "L", "plan", "Which plan?", other="Y", relevance='((uses.NAOK == "Y"))'),
        question(3, "M", "where", "Where, {plan.shown}?", gid=11),
        question(4, "N", "age", "Age", gid=11, relevance='where_web.NAOK == "Y" and age2.NAOK > 3 or is_empty(plan)'),
        question(5, "F", "grid", "Agree?", gid=11, mandatory="Y"),
        question(6, "S", "age2", "Mail", gid=11, preg="/^.+@.+$/"),
        question(7, "R", "order", "Order", gid=11),
        question(8, "I", "lang", "Language", gid=11),
        question(9, "*", "score", "{sum(age.NAOK, 2) * 3}", gid=11),
        question(10, "X", "info", "<p>Some <em>text</em></p>", gid=11, relevance="strtoupper(plan) == 'X'"),
        question(11, "Q", "parts", "Say more", gid=11),
        question(12, "1", "dual", "Both scales", gid=11),
        question(13, ";", "cells", "Table", gid=11),
        question(14, "5", "five", "Five", gid=11, relevance='grid_r1.NAOK == "a2"'),
        question(15, "T", "long", "Long", gid=11, relevance='plan.NAOK == "-oth-"'),
    ],
    "subquestions": [
        part(31, 3, "web", "In a browser", question_order=1), part(32, 3, "app", "On the phone", question_order=2),
        part(51, 5, "r1", "Fast"), part(52, 5, "r2", "Simple"), part(111, 11, "p1", "One"),
        part(121, 12, "d1", "Row"), part(131, 13, "y1", "Row"), part(132, 13, "x1", "Column", scale_id=1),
    ],
    "answers": [
        answer(2, "free", "Free", 1), answer(2, "pro", "Pro", 2), answer(2, "pro", "Profi", 2, language="de"),
        answer(5, "a1", "No"), answer(5, "a2", "Yes", 2), answer(7, "x", "X"), answer(7, "y", "Y", 2),
        answer(12, "s1", "Low"), answer(12, "t1", "High", scale_id=1),
    ],
    "question_attributes": [
        {"qid": 3, "attribute": "max_answers", "value": "2"}, {"qid": 3, "attribute": "random_order", "value": "1"},
        {"qid": 4, "attribute": "min_num_value_n", "value": "18"},
        {"qid": 4, "attribute": "em_validation_q", "value": "self.NAOK < 100"},
        {"qid": 4, "attribute": "em_validation_q_tip", "value": "Too old"},
        {"qid": 4, "attribute": "time_limit", "value": "60"}, {"qid": 5, "attribute": "array_filter", "value": "where"},
    ],
    "defaultvalues": [{"qid": 2, "scale_id": 0, "sqid": 0, "language": "en", "specialtype": "", "defaultvalue": "free"}],
    "quota": [{"id": 1, "name": "Enough", "qlimit": 50}],
}  # fmt: skip


def xlsx(
    survey: list[list[Any]], choices: list[list[Any]] | None = None, settings: list[list[Any]] | None = None
) -> bytes:
    """An XLSForm; the first row of each sheet are its headings."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows or []):
                sheet.write_row(number, 0, row)
    return file.getvalue()


FORM_HEADINGS = [
    "type", "name", "label::English (en)", "label::French (fr)", "hint::English (en)", "required", "relevant",
    "constraint", "constraint_message::English (en)", "calculation", "choice_filter", "appearance", "default",
    "parameters", "repeat_count", "media::image",
]  # fmt: skip


def form_row(kind: str, name: str = "", label: str = "", **more: Any) -> list[Any]:
    columns = {
        heading.partition("::")[0]: index
        for index, heading in enumerate(FORM_HEADINGS)
        if "fr)" not in heading
    }
    row: list[Any] = [""] * len(FORM_HEADINGS)
    row[0], row[1], row[2], row[3] = kind, name, label, more.pop("french", "")
    for heading, value in more.items():
        row[columns[heading]] = value
    return row


FORM = [
    FORM_HEADINGS,
    form_row("start", "start"),
    form_row("text", "nickname", "Your name", french="Votre nom", required="yes", constraint="string-length(.) < 20"),
    form_row("integer", "years", "Age, ${nickname}?", constraint=". >= 18 and . < 120", constraint_message="Be honest",
             required="${nickname} != ''"),
    form_row("begin group", "home", "Home", relevant="${years} > 20"),
    form_row("select_one states", "state", "State", appearance="minimal"),
    form_row("select_one cities or_other", "city", "City", choice_filter="state=${state}"),
    form_row("end group"),
    form_row("select_multiple tools", "tools", "Tools", relevant="selected(${state}, 'ca') and not(${years} = 30)",
             parameters="randomize=true", default="saw"),
    form_row("begin repeat", "children", "Children", repeat_count="${years}"),
    form_row("text", "child", "Name of child"),
    form_row("integer", "child_age", "Age of ${child}", relevant="${child} != ''", constraint=". < ${years}"),
    form_row("end repeat"),
    form_row("calculate", "total", calculation="sum(${child_age}) + count-selected(${tools})"),
    form_row("note", "told", "In all: ${total}", relevant="${total} > 10"),
    form_row("range", "mood", "Mood", parameters="start=0;end=20;step=5"),
    form_row("rank tools", "order", "Order"),
    form_row("geopoint", "place", "Where?"),
    form_row("image", "photo", "Photo", media="a.png"),
    form_row("text", "code", "Code", constraint="regex(., '^[A-Z]{3}$')", relevant="pulldata('x', 'y', 'z', 1) = 2"),
    form_row("acknowledge", "ok", "All right?"),
]  # fmt: skip
FORM_CHOICES = [
    ["list_name", "name", "label::English (en)", "label::French (fr)", "state"],
    ["states", "ca", "California", "Californie", ""],
    ["states", "tx", "Texas", "Texas", ""],
    ["cities", "la", "Los Angeles", "", "ca"],
    ["cities", "au", "Austin", "", "tx"],
    ["tools", "saw", "Saw", "Scie", ""],
    ["tools", 2, "Hammer", "Marteau", ""],
]
FORM_SETTINGS = [["form_title", "form_id", "default_language"], ["Household", "hh", "English (en)"]]


def logic(*expressions: Row, kind: str = "If") -> Row:
    """A piece of Qualtrics' logic."""
    inner: Row = {
        str(number): {"LogicType": "Question", "Type": "Expression", **each}
        for number, each in enumerate(expressions)
    }
    return {"0": {**inner, "Type": kind}, "Type": "BooleanExpression", "inPage": False}


def qsf(**more: Any) -> bytes:
    return json.dumps({**QUALTRICS, **more}).encode()


def _sq(key: str, tag: str, kind: str, selector: str, text: str, **more: Any) -> Row:
    payload = {"QuestionText": text, "DataExportTag": tag, "QuestionType": kind, "Selector": selector,
               "QuestionID": key, "Validation": {"Settings": {"ForceResponse": "OFF"}}, **more}  # fmt: skip
    return {"SurveyID": "SV_1", "Element": "SQ", "PrimaryAttribute": key, "Payload": payload}


QUALTRICS: Row = {
    "SurveyEntry": {"SurveyID": "SV_1", "SurveyName": "Checkout", "SurveyLanguage": "EN"},
    "SurveyElements": [
        {"Element": "BL", "PrimaryAttribute": "Survey Blocks", "Payload": {
            "1": {"Type": "Default", "ID": "BL_1", "Description": "First", "BlockElements": [
                {"Type": "Question", "QuestionID": "QID1", "SkipLogic": [
                    {"ChoiceLocator": "q://QID1/SelectableChoice/2", "Condition": "Selected", "SkipToDestination": "QID4"}]},
                {"Type": "Question", "QuestionID": "QID2"}, {"Type": "Page Break"},
                {"Type": "Question", "QuestionID": "QID3"}, {"Type": "Question", "QuestionID": "QID4"}]},
            "2": {"Type": "Standard", "ID": "BL_2", "Description": "Second", "BlockElements": [
                {"Type": "Question", "QuestionID": f"QID{number}"} for number in range(5, 13)]},
            "3": {"Type": "Trash", "ID": "BL_3", "BlockElements": [{"Type": "Question", "QuestionID": "QID13"}]}}},
        {"Element": "FL", "PrimaryAttribute": "Survey Flow", "Payload": {"Type": "Root", "Flow": [
            {"Type": "EmbeddedData", "EmbeddedData": [{"Field": "arm", "Type": "Custom", "Value": "A"},
                                                      {"Field": "source", "Type": "Recipient"}]},
            {"Type": "Standard", "ID": "BL_1"},
            {"Type": "Branch", "BranchLogic": logic({"LeftOperand": "q://QID1/SelectableChoice/1", "Operator": "Selected"}),
             "Flow": [{"Type": "Standard", "ID": "BL_2"}]},
            {"Type": "WebService"}]}},
        _sq("QID1", "uses", "MC", "SAVR", "Do you <b>use</b> it?", Choices={"1": {"Display": "Yes"}, "2": {"Display": "No"}},
            ChoiceOrder=["2", "1"], RecodeValues={"1": "10", "2": "20"}, Validation={"Settings": {"ForceResponse": "ON"}},
            Language={"DE": {"QuestionText": "Nutzen Sie es?", "Choices": {"1": {"Display": "Ja"}}}}),
        _sq("QID2", "where", "MC", "MAVR", "Where, ${q://QID1/ChoiceGroup/SelectedChoices} ${e://Field/source}?",
            Choices={"1": {"Display": "Web"}, "2": {"Display": "Else", "TextEntry": "true"}}, ChoiceOrder=[1, 2],
            Randomization={"Type": "All"}),
        _sq("QID3", "mail", "TE", "SL", "Mail", Validation={"Settings": {"Type": "ContentType", "ContentType": "ValidEmail"}},
            DisplayLogic=logic({"ChoiceLocator": "q://QID2/SelectableChoice/1", "Operator": "NotSelected"},
                               {"LeftOperand": "q://QID2/SelectableChoice/2", "Operator": "Selected", "Conjuction": "Or"})),
        _sq("QID4", "grid", "Matrix", "Likert", "Agree?", SubSelector="SingleAnswer",
            Choices={"1": {"Display": "Fast"}, "2": {"Display": "Simple"}},
            Answers={"1": {"Display": "No"}, "2": {"Display": "Yes"}}, ChoiceOrder=["1", "2"], AnswerOrder=["1", "2"]),
        _sq("QID5", "nps", "MC", "NPS", "Recommend?", Choices={str(n): {"Display": str(n)} for n in range(11)},
            ColumnLabels=[{"Display": "Never"}, {"Display": "Surely"}]),
        _sq("QID6", "why", "TE", "ML", "Why?",
            DisplayLogic=logic({"LeftOperand": "q://QID5/SelectableChoice", "Operator": "LessThan", "RightOperand": "7"})),
        _sq("QID7", "slide", "Slider", "HSLIDER", "How much?", Choices={"1": {"Display": "It"}},
            Configuration={"CSSliderMin": 0, "CSSliderMax": 50}),
        _sq("QID8", "rank", "RO", "DND", "Rank", Choices={"1": {"Display": "A"}, "2": {"Display": "B"}},
            DisplayLogic=logic({"LeftOperand": "q://QID4/SelectableChoice/1/2", "Operator": "Selected"})),
        _sq("QID9", "contact", "TE", "FORM", "Contact", Choices={"1": {"Display": "Name"}, "2": {"Display": "Town"}}),
        _sq("QID10", "intro", "DB", "TB", "<p>Read <i>this</i></p>"),
        _sq("QID11", "heat", "HeatMap", "Image", "Click"),
        _sq("QID12", "sum", "CS", "HR", "Divide", Choices={"1": {"Display": "A"}, "2": {"Display": "B"}},
            Validation={"Settings": {"Type": "ChoicesTotal", "ChoiceTotal": "100"}},
            DisplayLogic=logic({"LogicType": "EmbeddedField", "LeftOperand": "arm", "Operator": "EqualTo", "RightOperand": "A"})),
        _sq("QID13", "gone", "TE", "SL", "In the bin"),
        {"Element": "SO", "Payload": {"BackButton": "false", "ProgressBarDisplay": "Text"}},
        {"Element": "QO", "Payload": {"Name": "Quota"}},
    ],
}  # fmt: skip

POSTHOG: Row = {
    "id": "0190", "name": "After the tour", "description": "Short", "type": "popover",
    "questions": [
        {"id": "a", "type": "rating", "question": "How likely are you to recommend it?", "display": "number", "scale": 10,
         "lowerBoundLabel": "Not", "upperBoundLabel": "Very", "optional": False,
         "branching": {"type": "response_based", "responseValues": {"promoters": 2, "passives": "end"}},
         "translations": {"de": {"question": "Würden Sie es empfehlen?", "lowerBoundLabel": "Nicht"}}},
        {"id": "b", "type": "open", "question": "What went wrong?", "optional": True,
         "validation": [{"type": "min_length", "value": 5}], "branching": {"type": "end"}},
        {"id": "c", "type": "single_choice", "question": "Plan?", "choices": ["Free", "Pro", "Other plan"],
         "hasOpenChoice": True, "shuffleOptions": True,
         "branching": {"type": "response_based", "responseValues": {"1": "end", "2": 4}}},
        {"id": "d", "type": "multiple_choice", "question": "Where?", "choices": ["Web", "App"], "optional": True},
        {"id": "e", "type": "link", "question": "Read on", "link": "https://example.com", "buttonText": "Open"},
        {"id": "f", "type": "rating", "question": "Mood", "display": "emoji", "scale": 3,
         "branching": {"type": "specific_question", "index": 0}},
    ],
    "conditions": {"url": "/home", "events": {"values": [{"name": "x"}]}},
    "appearance": {"displayThankYouMessage": True, "thankYouMessageHeader": "Thanks & bye"},
    "linked_flag": None, "responses_limit": 100,
}  # fmt: skip


def _rule(
    operator: str,
    question_id: str,
    value: Any,
    target: str,
    objective: str = "jumpToQuestion",
    kind: str = "question",
) -> Row:
    single = {"id": "x", "leftOperand": {"type": kind, "value": question_id}, "operator": operator,
              "rightOperand": {"type": "static", "value": value}}  # fmt: skip
    return {"id": "r", "conditions": {"id": "g", "connector": "and", "conditions": [single]},
            "actions": [{"id": "a", "objective": objective, "target": target}]}  # fmt: skip


FORMBRICKS: Row = {
    "id": "clx", "name": "Churn", "type": "link",
    "welcomeCard": {"enabled": True, "headline": {"default": "Hello"}, "html": {"default": "<p>Two minutes</p>"}},
    "questions": [
        {"id": "why", "type": "multipleChoiceSingle", "headline": {"default": "Why?", "de": "Warum?"}, "required": True,
         "choices": [{"id": "c1", "label": {"default": "Price"}}, {"id": "c2", "label": {"default": "Bugs"}},
                     {"id": "other", "label": {"default": "Else"}}], "shuffleOption": "exceptLast",
         "logic": [_rule("equals", "why", "c2", "bugs"), _rule("isSkipped", "why", None, "end1")], "logicFallback": "nps"},
        {"id": "price", "type": "openText", "headline": {"default": "What would be fair?"}, "inputType": "number"},
        {"id": "bugs", "type": "openText", "headline": {"default": "Which, after #recall:why/fallback:that#?"},
         "longAnswer": True, "charLimit": {"enabled": True, "min": 3, "max": 500}, "logicFallback": "end2"},
        {"id": "nps", "type": "nps", "headline": {"default": "Recommend?"}, "lowerLabel": {"default": "No"}, "required": True,
         "logic": [{"id": "s", "conditions": {"connector": "or", "conditions": [
             {"leftOperand": {"type": "question", "value": "nps"}, "operator": "isGreaterThan",
              "rightOperand": {"type": "static", "value": 8}},
             {"leftOperand": {"type": "variable", "value": "v1"}, "operator": "equals",
              "rightOperand": {"type": "static", "value": 3}}]},
             "actions": [{"objective": "requireAnswer", "target": "grid"},
                         {"objective": "calculate", "variableId": "v1", "operator": "assign"}]},
             {"id": "t", "conditions": _rule("isGreaterThan", "nps", 8, "")["conditions"],
              "actions": [{"objective": "calculate", "variableId": "v1", "operator": "add",
                           "value": {"type": "static", "value": 5}}]}]},
        {"id": "grid", "type": "matrix", "headline": {"default": "Agree?"}, "rows": [{"default": "Fast"}, {"default": "Small"}],
         "columns": [{"id": "k1", "label": {"default": "Yes"}}, {"id": "k2", "label": {"default": "No"}}]},
        {"id": "meet", "type": "cal", "headline": {"default": "Meet us"}},
        {"id": "agree", "type": "consent", "headline": {"default": "Consent"}, "label": {"default": "I agree"}},
        {"id": "who", "type": "contactInfo", "headline": {"default": "Who?"}, "firstName": {"show": True, "required": True},
         "phone": {"show": False}},
        {"id": "pics", "type": "pictureSelection", "headline": {"default": "Which?"},
         "choices": [{"id": "p1", "imageUrl": "https://x/y.png"}]},
    ],
    "endings": [{"id": "end1", "type": "endScreen", "headline": {"default": "Bye"}},
                {"id": "end2", "type": "endScreen", "headline": {"default": "We fix it"}},
                {"id": "end3", "type": "redirectToUrl", "url": "https://example.com"}],
    "variables": [{"id": "v1", "name": "score", "type": "number", "value": 0}],
    "hiddenFields": {"enabled": True, "fieldIds": ["ref"]}, "triggers": [{"x": 1}],
}  # fmt: skip

FORMBRICKS_BLOCKS: Row = {
    "data": {
        "name": "In blocks",
        "blocks": [
            {"id": "b1", "name": "First", "elements": [
                {"id": "q1", "type": "rating", "headline": {"default": "Good?"}, "range": 5, "scale": "star", "required": True},
                {"id": "q2", "type": "openText", "headline": {"default": "More?"}, "longAnswer": False}],
             "logic": [_rule("isLessThan", "q1", 3, "b3", "jumpToBlock", "element")]},
            {"id": "b2", "name": "Happy", "elements": [
                {"id": "q3", "type": "multipleChoiceMulti", "headline": {"default": "What?"},
                 "choices": [{"id": "a", "label": {"default": "A"}}, {"id": "none", "label": {"default": "Nothing"}}]}]},
            {"id": "b3", "name": "End", "elements": [{"id": "q4", "type": "date", "headline": {"default": "When?"}}],
             "logic": [_rule("isSubmitted", "q4", None, "b1", "jumpToBlock", "element")]},
        ],
    }
}  # fmt: skip


def all_samples() -> dict[str, bytes]:
    return {
        "LimeSurvey": lss(),
        "XLSForm": xlsx(FORM, FORM_CHOICES, FORM_SETTINGS),
        "Qualtrics": qsf(),
        "PostHog": json.dumps(POSTHOG).encode(),
        "Formbricks": json.dumps(FORMBRICKS).encode(),
        "SurveyJS": json.dumps({"title": "Ours", "pages": [{"name": "p", "elements": [{"type": "text", "name": "q"}]}]}).encode(),
    }  # fmt: skip
