"""Reading flags. Everything here sees one workspace, that of the session, but for `product_keys`."""

from betaops.flags.queries.audiences import (
    Audience,
    Given,
    audience,
    distinct_id_of,
    flags_for,
    found_people,
    value_word,
)
from betaops.flags.queries.definitions import (
    USUAL,
    Loaded,
    definition,
    exported,
    load,
    problems,
    product_keys,
    written,
)
from betaops.flags.queries.flags import flag, flag_by_key, flags, listed, product_named, users_of_cohort
from betaops.flags.queries.people import Stored, plain_spelling, stored_person, stored_tester

__all__ = [
    "USUAL",
    "Audience",
    "Given",
    "Loaded",
    "Stored",
    "audience",
    "definition",
    "distinct_id_of",
    "exported",
    "flag",
    "flag_by_key",
    "flags",
    "flags_for",
    "found_people",
    "listed",
    "load",
    "plain_spelling",
    "problems",
    "product_keys",
    "product_named",
    "stored_person",
    "stored_tester",
    "users_of_cohort",
    "value_word",
    "written",
]
