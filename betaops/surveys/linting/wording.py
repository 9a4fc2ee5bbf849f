"""Words that make a question hard to answer truly, in English and German. Pure.

The rules are those of textbooks on questionnaires (Dillman, Smyth and Christian 2014, chapter 4; Krosnick and Presser
2010): no leading, no two questions in one, no double negation, no absolutes, scales with as much on either side.
"""

import re
from dataclasses import dataclass

from betaops.surveys.localised import DEFAULT


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Language:
    """What is looked for in one language."""

    #: Small words by which it is told from the other.
    marks: re.Pattern[str]
    leading: re.Pattern[str]
    #: Two asks joined: always wrong; and the word that may join two in a scale.
    joined: re.Pattern[str]
    both: re.Pattern[str]
    #: Where that word joins nothing that could be answered differently.
    fixed: re.Pattern[str]
    negation: re.Pattern[str]
    negative: re.Pattern[str]
    absolute: re.Pattern[str]
    #: Answers that let somebody out, and answers on either side of a scale.
    way_out: re.Pattern[str]
    good: re.Pattern[str]
    bad: re.Pattern[str]


ENGLISH = Language(
    marks=_words("the", "you", "your", "is", "are", "do", "did", "how", "what", "it", "this", "of", "would"),
    leading=_words(
        r"(?:don['’]t|do not|wouldn['’]t|isn['’]t|aren['’]t|shouldn['’]t|didn['’]t) (?:you|it|they|we)",
        r"do you agree that", r"would you agree that", r"how (?:great|amazing|wonderful|awesome|awful|bad|terrible)",
        r"how much (?:do|did) you (?:love|like|enjoy|hate)", "obviously", "of course", "surely", "as you know",
        r"everybody knows", r"everyone knows", r"most people (?:think|agree|believe)", r"experts (?:think|agree|say)",
    ),
    joined=re.compile(r"\band\s*/\s*or\b|\bas well as\b", re.IGNORECASE),
    both=_words("and"),
    fixed=_words(
        r"between .{1,60}? and", r"pros and cons", r"terms and conditions", r"again and again", r"more and more",
        r"up and running", r"drag and drop", r"copy and paste", r"and so on", r"\d+ and \d+", r"questions and answers",
    ),
    negation=_words("not", "no", "never", "none", "nobody", "nothing", "cannot", "without", r"\w+n['’]t"),
    negative=_words(
        r"un(?:able|clear|easy|likely|happy|necessary|satisfied|usual|common|important|reliable|helpful|aware)",
        r"dis(?:agree|like|satisfied|approve)", "impossible", "fail", "failed", "lack", "lacks", "avoid", "hardly", "rarely",
    ),
    absolute=_words(
        "always", "never", "everyone", "everybody", "nobody", "no one", "completely", "totally", "absolutely", "entirely",
        "every time", "at all times",
    ),
    way_out=_words(
        r"don['’]t know", r"not sure", "unsure", "no opinion", "none", r"not applicable", r"n/?a", r"does not apply",
        r"rather not", r"don['’]t remember", "other", r"something else", "neither", r"can['’]t say", "nothing",
    ),
    good=_words(
        "excellent", "great", "good", "satisfied", "agree", "easy", "likely", "useful", "helpful", "better", "happy",
        "best", "positive", "important", "clear", "fast",
    ),
    bad=_words(
        "poor", "bad", "terrible", "awful", "dissatisfied", "unsatisfied", "disagree", "hard", "difficult", "unlikely",
        "useless", "unhelpful", "worse", "unhappy", "worst", "negative", "unimportant", "unclear", "slow",
        r"not (?:at all )?(?:good|satisfied|easy|likely|useful|helpful|happy|important|clear)",
    ),
)  # fmt: skip

GERMAN = Language(
    marks=_words(
        "der", "die", "das", "sie", "ihr", "ihre", "ihnen", "ist", "sind", "wie", "was", "und", "nicht", "ein", "eine",
        "haben", "es", "für", "mit", "von", "zu", "sehr", "immer", "im", "auf",
    ),
    leading=_words(
        r"finden sie nicht", r"meinen sie nicht", r"denken sie nicht", r"sind sie nicht auch", r"stimmen sie zu, dass",
        r"stimmen sie (?:auch )?(?:darin )?überein", r"wie (?:toll|großartig|super|schlimm|schrecklich)",
        r"wie (?:gut|sehr) gefällt", r"wie sehr (?:mögen|lieben|genießen|hassen)", "natürlich", "selbstverständlich",
        "sicherlich", "bekanntlich", r"jeder weiß", r"die meisten (?:menschen )?(?:finden|meinen|glauben)",
    ),
    joined=re.compile(r"\bund\s*/\s*oder\b|\bsowie\b", re.IGNORECASE),
    both=_words("und"),
    fixed=_words(
        r"zwischen .{1,60}? und", r"vor- und nachteile", r"nach und nach", r"hin und wieder", r"ab und zu", r"und so weiter",
        r"drag and drop", r"mehr und mehr", r"\d+ und \d+", r"fragen und antworten", r"im großen und ganzen",
    ),
    negation=_words("nicht", r"kein\w{0,2}", "nie", "niemals", "niemand", "nichts", "ohne", "weder"),
    negative=_words(
        r"un(?:klar|möglich|zufrieden|wichtig|nötig|angenehm|sicher|verständlich|wahrscheinlich|üblich|zuverlässig)\w{0,2}",
        r"ablehn\w+", r"vermeid\w+", r"miss(?:fällt|fallen|lungen)", r"fehl\w{0,3}", "kaum", "selten",
    ),
    absolute=_words(
        "immer", "nie", "niemals", "stets", "niemand", "völlig", "absolut", "total", "ausschließlich", "jedes mal",
        "jederzeit", "vollkommen", "alle immer",
    ),
    way_out=_words(
        r"wei(?:ß|ss) (?:ich |es )*nicht", r"keine (?:angabe|meinung|ahnung)", "unsicher", r"trifft nicht zu", r"kein\w{0,2}",
        r"nicht sagen", "sonstige[sr]?", "andere[sr]?", r"etwas anderes", "nichts", r"weder", r"kann ich nicht",
    ),
    good=_words(
        "ausgezeichnet", "hervorragend", "sehr gut", "gut", "zufrieden", "stimme zu", r"stimme voll\w* zu", "einfach",
        "leicht", "wahrscheinlich", "nützlich", "hilfreich", "besser", "wichtig", "positiv", "klar", "schnell",
    ),
    bad=_words(
        "schlecht", "mangelhaft", "furchtbar", "unzufrieden", r"stimme (?:gar |überhaupt )?nicht zu", "schwer", "schwierig",
        "unwahrscheinlich", "nutzlos", "schlechter", "unwichtig", "negativ", "unklar", "langsam",
        r"nicht (?:gut|zufrieden|einfach|leicht|wahrscheinlich|nützlich|hilfreich|wichtig|klar)",
    ),
)  # fmt: skip

_TAG = re.compile(r"<[^<>]*>")
_SENTENCES = re.compile(r"[.?!]\s+|\n")


def bare(text: str) -> str:
    """Without markup."""
    return _TAG.sub(" ", text)


def language_of(text: str, code: str) -> Language | None:
    """By its code, or of the default language by its small words; None for languages that nobody looks into here."""
    if code != DEFAULT:
        return GERMAN if code.startswith("de") else ENGLISH if code.startswith("en") else None
    german = len(GERMAN.marks.findall(text)) + 2 * len(re.findall("[äöüß]", text.lower()))
    return GERMAN if german > len(ENGLISH.marks.findall(text)) else ENGLISH


def leads(text: str, language: Language) -> str:
    """The words that lead towards an answer; empty where none do."""
    found = language.leading.search(text)
    return found[0] if found else ""


def asks_two(text: str, language: Language, *, is_scale: bool) -> str:
    """The words that join two asks. In scales any "and" does: one may feel differently about the two."""
    if found := language.joined.search(text):
        return found[0]
    if text.count("?") > 1:
        return "? … ?"
    if not is_scale:
        return ""
    found = language.both.search(language.fixed.sub(" ", text))
    return found[0] if found else ""


def negates_twice(text: str, language: Language) -> str:
    """The two words, where one sentence negates twice."""
    for sentence in _SENTENCES.split(text):
        first = [found[0] for found in language.negation.finditer(sentence)]
        second = [found[0] for found in language.negative.finditer(sentence)]
        if len(first) > 1 or (first and second):
            return ", ".join([*first, *second][:2])
    return ""


def absolute(text: str, language: Language) -> str:
    found = language.absolute.search(text)
    return found[0] if found else ""


def side(text: str, language: Language) -> int:
    """Where an answer stands: 1 good, -1 bad, 0 neither."""
    if language.bad.search(text):
        return -1
    return 1 if language.good.search(text) else 0
