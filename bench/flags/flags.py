"""The flags and people of these benches: 50 flags, each with five conditions of different kinds and a roll-out.

A flag is for people in a list of countries, of an age, with a version, not of some domain, in a cohort ("paying"), and
for a share of them. About two in five flags fit somebody; of these the roll-out takes its share.
"""

import random
from typing import Any, NamedTuple

COUNTRIES = [f"C{number:02}" for number in range(40)]
DOMAINS = [f"@mail{number}.example.com" for number in range(12)]
PLANS = ["free", "basic", "pro", "team", "enterprise", "trial"]
PAYING = ["basic", "pro", "team", "enterprise", "trial"]
COHORT = 1


class Flag(NamedTuple):
    key: str
    countries: list[str]
    age: int
    version: str
    domain: str


def flags(count: int = 50) -> list[Flag]:
    drawn = random.Random(2026)
    return [
        Flag(
            f"flag-{number}",
            sorted(drawn.sample(COUNTRIES, 34)),
            drawn.randint(16, 26),
            f"{drawn.randint(0, 1)}.{drawn.randint(0, 4)}.0",
            drawn.choice(DOMAINS),
        )
        for number in range(count)
    ]


def people(count: int = 10_000) -> list[dict[str, Any]]:
    drawn = random.Random(11)
    return [
        {
            "id": f"user-{number}",
            "country": drawn.choice(COUNTRIES),
            "age": drawn.randint(16, 80),
            "version": f"{drawn.randint(0, 4)}.{drawn.randint(0, 9)}.{drawn.randint(0, 20)}",
            "email": f"user{number}{drawn.choice(DOMAINS)}",
            "plan": drawn.choice(PLANS),
        }
        for number in range(count)
    ]


def fits(flag: Flag, person: dict[str, Any]) -> bool:
    """The conditions, spelled out: what every evaluator is checked against."""
    return (
        person["country"] in flag.countries
        and person["age"] >= flag.age
        and [*map(int, person["version"].split("."))] >= [*map(int, flag.version.split("."))]
        and not person["email"].endswith(flag.domain)
        and person["plan"] in PAYING
    )


def definitions(some: list[Flag], percentage: float) -> dict[str, Any]:
    """As PostHog writes them, and we."""

    def asks(key: str, operator: str, value: Any) -> dict[str, Any]:
        return {"key": key, "type": "person", "operator": operator, "value": value}

    return {
        "flags": [
            {
                "id": number + 1,
                "key": flag.key,
                "name": "",
                "active": True,
                "version": 1,
                "filters": {
                    "groups": [
                        {
                            "properties": [
                                asks("country", "exact", flag.countries),
                                asks("age", "gte", flag.age),
                                asks("version", "semver_gte", flag.version),
                                asks("email", "not_ends_with", flag.domain),
                                {"key": "id", "type": "cohort", "operator": "in", "value": COHORT},
                            ],
                            "rollout_percentage": percentage,
                        }
                    ]
                },
            }
            for number, flag in enumerate(some)
        ],
        "cohorts": {str(COHORT): {"type": "AND", "values": [asks("plan", "exact", PAYING)]}},
        "group_type_mapping": {},
        "property_matching_version": 2,
    }


def unleash_constraints(flag: Flag) -> list[dict[str, Any]]:
    """Unleash has no "at least" for versions: "not less" is it."""
    usual = {"inverted": False, "caseInsensitive": False}
    return [
        {**usual, "contextName": "country", "operator": "IN", "values": flag.countries},
        {**usual, "contextName": "age", "operator": "NUM_GTE", "value": str(flag.age)},
        {**usual, "contextName": "version", "operator": "SEMVER_LT", "value": flag.version, "inverted": True},
        {
            **usual,
            "contextName": "email",
            "operator": "STR_ENDS_WITH",
            "values": [flag.domain],
            "inverted": True,
        },
    ]


PAYING_CONSTRAINT = {
    "contextName": "plan",
    "operator": "IN",
    "values": PAYING,
    "inverted": False,
    "caseInsensitive": False,
}
