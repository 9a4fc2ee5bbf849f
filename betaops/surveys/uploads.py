"""Files that testers send with an answer: what may come in, judged by the bytes whatever their name says. Pure.

Pictures are decoded and written anew; other files stay as they are and are only ever handed over as a download.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import puremagic

from betaops.kernel import ids, images
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.kinds.base import Wrong
from betaops.surveys.kinds.file import most

LARGEST = images.MAX_BYTES
LONGEST_NAME = 120
#: Content type by the end of a name, for files whose bytes say no more than that they are text or an archive.
_TEXTS = {
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
}
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_BY_BYTES = {"pdf": "application/pdf", "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg"}
_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
TYPES = {**_PICTURES, **_BY_BYTES, **_OFFICE, **_TEXTS}


@dataclass(frozen=True)
class Kept:
    """A file as it is stored."""

    name: str
    content_type: str
    data: bytes


def address(slug: str, survey_id: UUID, upload_id: UUID) -> str:
    """Where the team opens it; this stands as `content` in the answer."""
    return f"/console/programs/{slug}/surveys/{ids.encode('svy', survey_id)}/files/{ids.encode('upl', upload_id)}"


def accepted(question: Question) -> list[str]:
    """What a browser offers to choose from: the author's `acceptedTypes`, else everything that we take."""
    own = question.options.get("acceptedTypes")
    tokens = [token.strip().lower() for token in own.split(",")] if isinstance(own, str) else []
    usable = [
        token for token in tokens if re.fullmatch(r"\.[a-z0-9]{1,10}|[a-z]+/(\*|[a-z0-9.+-]{1,80})", token)
    ]
    return usable or [f".{ending}" for ending in TYPES]


def largest(question: Question) -> int:
    """Bytes of one file: the author's limit, never above ours."""
    limit = question.number("maxSize")
    return LARGEST if limit is None or limit < 1 else min(int(limit), LARGEST)


def limits_in_words(question: Question) -> str:
    size = largest(question)
    words = f"{size / 1024**2:.0f} MB" if size >= 1024**2 else f"{max(1, size // 1024)} kB"
    own = question.options.get("acceptedTypes")
    kinds = ", ".join(accepted(question)) if isinstance(own, str) and own.strip() else ""
    count = most(question)
    first = (
        _("At most %(size)s.", size=words)
        if count == 1
        else _("At most %(count)s files of %(size)s each.", count=count, size=words)
    )
    second = _("Types: %(kinds)s.", kinds=kinds)
    return f"{first} {second}" if kinds else first


def judged(question: Question, name: str, data: bytes) -> Kept:
    """The file as it may be kept; raises `Wrong` with a sentence."""
    shown = file_name(name)
    if not data:
        raise Wrong(_("“%(name)s” is empty.", name=shown))
    if len(data) > largest(question):
        raise Wrong(_("“%(name)s” is larger than this question takes.", name=shown))
    ending = shown.rpartition(".")[2].lower()
    content_type = _content_type(ending, data)
    if content_type is None or not _is_wanted(question, ending, content_type):
        raise Wrong(_("“%(name)s” is of a type that is not taken here.", name=shown))
    if content_type not in images.FORMATS:
        return Kept(shown, content_type, data)
    try:
        picture = images.rewritten(data)
    except Invalid as error:
        raise Wrong(f"“{shown}”: {error}") from error
    return Kept(shown, picture.content_type, picture.data)


def file_name(name: str) -> str:
    """The sender's name for it without folders and control characters, its end kept where it is long."""
    base = re.split(r"[/\\]", name)[-1]
    printable = "".join(letter for letter in base if letter.isprintable()).strip()
    return printable.encode("utf-8", "replace").decode()[-LONGEST_NAME:] or "file"


def _content_type(ending: str, data: bytes) -> str | None:
    """By the first bytes; only what has no sign of its own is believed its name."""
    found = _signs(data)
    for content_type in (*images.FORMATS, *_BY_BYTES.values()):
        if content_type in found:
            return content_type
    if ending in _OFFICE and _is_archive(data):
        return _OFFICE[ending]
    return _TEXTS[ending] if ending in _TEXTS and _is_text(data) else None


def _signs(data: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        return set()


def _is_archive(data: bytes) -> bool:
    """Office files are archives that say inside what they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool({"[Content_Types].xml", "mimetype"} & set(archive.namelist()))
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def _is_wanted(question: Question, ending: str, content_type: str) -> bool:
    for token in accepted(question):
        if token.startswith(".") and (token == f".{ending}" or TYPES.get(token[1:]) == content_type):
            return True
        if token == content_type or (token.endswith("/*") and content_type.startswith(token[:-1])):
            return True
    return False


def item(kept_name: str, content_type: str, content: str) -> dict[str, Any]:
    """One file as SurveyJS's answers have it."""
    return {"name": kept_name, "type": content_type, "content": content}
