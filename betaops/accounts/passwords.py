"""Passwords: what is refused, how they are kept, how they are checked. Argon2id as OWASP advises (19 MiB, 2 passes)."""

import re
import threading
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from betaops.kernel.i18n import gettext as _

SHORTEST, LONGEST = 8, 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Each hash takes 19 MiB: no more than this many at once.
_slots = threading.BoundedSemaphore(4)

# What everybody tries first, as cores: figures and signs around them are taken off, and figures for letters
# (p4ssw0rd) are read as letters, before a password is looked up. Repeats and rows are refused by rule.
_COMMON = """
access account admin administrator amanda america andrea andrew angel anthony apple april arsenal ashley
august austin autumn azerty babygirl badboy bailey banana baseball basketball batman benjamin
berlin blink brandon brooklyn buster butterfly cameron canada carlos carmen carolina casper
champion changeit changeme charles charlie charlotte chelsea chicago chicken chocolate chris christian
christina christmas computer cookie cooper corvette cowboy cowboys creative crystal dallas daniel
danielle database david december default denver diablo diamond dolphin donald dragon eagles edward
elephant elizabeth eminem facebook family fender ferrari fishing flower fluffy football forever france
francis freedom friend friends gabriel gandalf garfield geheim george germany
ginger golden goldfish google guest guitar hallo hammer hannah hardcore harley heather hello helloworld
helpme hockey honda hotmail hunter iceman iloveu iloveyou instagram internet ironman jackson jaguar
january jasmine jasper jeffrey jennifer jeremy jessica jesus johnny jonathan jordan joseph joshua july
june justin karina katrina killer kimberly kitten knight kristina lakers lauren letmein letmeinnow
liberty linkedin lisa liverpool login london lovely loveme lover loveu lucky maggie magic manager
manchester march maria marina marlboro martin marvin master matrix matthew maverick maxwell mercedes
metallica michael michelle microsoft midnight miller minecraft monday monkey monster morgan mother
mountain mustang mylove naruto natasha nathan newyork nicholas nicole nintendo november october oliver
orange packers pakistan panther paradise paris pass passme passport passwd password passwords passwort
patrick peanut pepper phoenix player please pokemon porsche prince princess private purple qazwsx
qazwsxedc qwaszx rabbit rachel raiders rainbow ranger rangers rebecca redsox richard robert rocket
ronaldo root samantha samsung sandra saturday scooter scorpion sebastian secret secure security september
server sexy shadow shannon sierra silver simple skywalker slipknot smokey snoopy soccer sophie spider
spiderman spring starwars steelers stephanie steven student summer sunday sunflower sunshine superman
superstar surfer sweet swordfish sysadmin system taylor teacher teddybear temp temporary tennis test
tester testing thomas thunder tiger tigger tinkerbell toor trinity trustme trustno turtle twitter user
vanessa victor victoria vincent wachtwoord welcome welcometo whatever william willkommen windows winner
winter wisdom wizard wolfpack wordpass xavier yamaha yankees yellow zaqwsx zxcasd
"""
_CORES = frozenset(_COMMON.split())
_ROWS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm",
    "yxcvbnm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm",
    "q1w2e3r4t5z6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8", "147258369", "741852963", "159357",
)  # fmt: skip
_LETTERS = str.maketrans("013457@$!", "oieastasi")
_OURS = ("betaops", "beta ops", "beta program", "betatester")


def problem(password: str, words: Iterable[str] = ()) -> str | None:
    """Why this one is refused, as a sentence; None where it may be used.

    `words`: names and addresses that belong to the person or place; alone they are no password.
    """
    if len(password) < SHORTEST:
        return _("Use at least %(shortest)s characters.", shortest=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most %(longest)s characters.", longest=LONGEST)
    if _is_common(password):
        return _("This is one of the first passwords that anybody tries. Take another.")
    if _cores(password) & _own(words):
        return _("Do not use a name that belongs to you or to this place.")
    return None


def _is_common(password: str) -> bool:
    plain, cores = password.casefold(), _cores(password)
    is_row = any(_is_row(text) for text in (plain, *cores) if len(text) > 5)
    return bool(cores & _CORES) or is_row or _is_repeated(plain) or _is_date(plain)


def _cores(text: str) -> set[str]:
    """Only the letters in the middle, with figures read as letters: `P4ssw0rd!2026` is `password`.

    In both orders, for `1loveyou` begins with a letter and `2cool` with a figure.
    """
    plain = text.casefold()
    read = (_bare(_bare(plain).translate(_LETTERS)), _bare(plain.translate(_LETTERS)))
    return {re.sub(r"[\W_]+", "", each) for each in read}


def _bare(text: str) -> str:
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _own(words: Iterable[str]) -> set[str]:
    """Names whole and in parts, addresses and what stands before their @."""
    found = set()
    for word in (*_OURS, *words):
        parts = [word, word.split("@")[0], *re.split(r"[\W_]+", word)]
        found |= {core for part in parts if len(part) > 2 for core in _cores(part)}
    return found - {""}


def _is_repeated(text: str) -> bool:
    """`aaaaaaaa`, `abcabcabc`, `1212121212`."""
    return len(set(text)) <= 2 or re.fullmatch(r"(.{1,4}?)\1+", text) is not None


def _is_row(text: str) -> bool:
    return any(text in row * 2 or text in row[::-1] * 2 for row in _ROWS)


def _is_date(text: str) -> bool:
    """`19840704`, `04.07.1984`."""
    return (
        re.fullmatch(r"((19|20)\d\d[-./]?\d\d[-./]?\d\d|\d\d[-./]?\d\d[-./]?(19|20)\d\d)", text) is not None
    )


def digest(password: str) -> str:
    with _slots:
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Takes as long when there is none."""
    typed = password[: LONGEST * 4].encode("utf-8", "surrogatepass")
    with _slots:
        try:
            _hasher.verify(stored or _decoy(), typed)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


@cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")
