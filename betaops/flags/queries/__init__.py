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
    USUAL_GROUP_TYPES,
    Loaded,
    definition,
    exported,
    load,
    problems,
    product_keys,
    written,
)
from betaops.flags.queries.exposures import Seen, seen, sightings
from betaops.flags.queries.flags import flag, flag_by_key, flags, listed, product_named, users_of_cohort
from betaops.flags.queries.people import Stored, group_properties, stored_person, stored_tester

__all__ = [
    "USUAL",
    "USUAL_GROUP_TYPES",
    "Audience",
    "Given",
    "Loaded",
    "Seen",
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
    "group_properties",
    "listed",
    "load",
    "problems",
    "product_keys",
    "product_named",
    "seen",
    "sightings",
    "stored_person",
    "stored_tester",
    "users_of_cohort",
    "value_word",
    "written",
]
