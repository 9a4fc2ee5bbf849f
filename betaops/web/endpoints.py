"""Blueprints of the REST API, which are described when somebody asks for the document: hardly a process is asked."""

import threading
from types import FunctionType
from typing import Any

from flask_openapi import APIBlueprint
from flask_openapi.utils import parse_parameters

#: Held while a document is made: applications of one process share their blueprints.
describing = threading.Lock()


class Endpoints(APIBlueprint):
    """`APIBlueprint`, whose endpoints say at once what they take, and later how the document describes it."""

    def __init__(self, *names: Any, **options: Any) -> None:
        super().__init__(*names, **options)
        self._undescribed: list[tuple[str, FunctionType, dict[str, Any]]] = []

    def _collect_openapi_info(self, rule: str, func: FunctionType, **said: Any) -> Any:
        self._undescribed.append((rule, func, said))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Fill `paths`, `tags` and `components_schemas`, once; to be called under `describing`."""
        for rule, func, said in self._undescribed:
            super()._collect_openapi_info(rule, func, **said)
        self._undescribed.clear()
