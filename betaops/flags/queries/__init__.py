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
    Loaded,
    Stored,
    definition,
    exported,
    load,
    product_keys,
    stored_person,
    stored_tester,
    written,
)
from betaops.flags.queries.flags import flag, flag_by_key, flags, listed, product_named, users_of_cohort

__all__ = [
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
    "product_keys",
    "product_named",
    "stored_person",
    "stored_tester",
    "users_of_cohort",
    "value_word",
    "written",
]
