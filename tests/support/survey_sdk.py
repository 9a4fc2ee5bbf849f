"""What PostHog's SDK does with surveys, as far as the wire shows it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from betaops.kernel import ids
from betaops.programs.models import Product
from betaops.surveys.models import Survey
from tests.support.browsers import Browser

#: Devices on which one tester is known.
LAPTOP, PHONE = "laptop-of-ana", "phone-of-ana"


class Sdk:
    """What an SDK does, with one product's public key."""

    def __init__(self, client: Browser, product: Product, soon: Callable[[], None]) -> None:
        self.client, self.product, self.soon = client, product, soon

    def surveys(self) -> list[dict[str, Any]]:
        answer = self.client.get(f"/api/surveys/?token={self.product.project_key}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["surveys"]
        return found

    def flag(self, key: str, distinct_id: str) -> Any:
        """None where there is no such flag."""
        self.soon()
        body = {"token": self.product.project_key, "distinct_id": distinct_id}
        flags = self.client.post("/flags/?v=2", json=body, csrf=False).json["flags"]
        return flags[key]["enabled"] if key in flags else None

    def asks(self, distinct_id: str) -> bool:
        """Whether the only survey would be shown on this device."""
        [survey] = self.surveys()
        return bool(
            self.flag(survey["internal_targeting_flag_key"] or survey["targeting_flag_key"], distinct_id)
        )

    def send(self, event: str, distinct_id: str, survey: Survey, **properties: Any) -> dict[str, Any]:
        raw = {
            "event": f"survey {event}",
            "distinct_id": distinct_id,
            "uuid": str(uuid4()),
            "properties": {"$survey_id": ids.encode("svy", survey.id), **properties},
        }
        self.again(raw)
        return raw

    def again(self, raw: dict[str, Any]) -> None:
        body = {"api_key": self.product.project_key, "batch": [raw]}
        answer = self.client.post("/batch/", json=body, csrf=False)
        assert (answer.status_code, answer.json) == (200, {"status": 1}), answer.text

    def answer(
        self, distinct_id: str, survey: Survey, *, done: bool = True, **answers: Any
    ) -> dict[str, Any]:
        """`answers` by name; `submission` and `language` as the SDK sends them."""
        questions = {
            "nps": 0, "trouble": 1, "plan": 2,
        }  # fmt: skip
        [shown] = self.surveys()
        properties = {
            f"$survey_response_{shown['questions'][questions[name]]['id']}": value
            for name, value in answers.items()
            if name in questions
        }
        properties["$survey_submission_id"] = answers.get("submission", str(uuid4()))
        properties["$survey_completed"] = done
        if "language" in answers:
            properties["$survey_language"] = answers["language"]
        return self.send("sent", distinct_id, survey, **properties)
