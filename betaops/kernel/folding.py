"""Comparing text without case on both databases: SQLite's own `lower` knows the 26 letters only."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class folded(GenericFunction[str]):  # noqa: N801  # used like func.lower
    """`folded(column)`: its text in small letters, umlauts too. Compare with what `str.lower` gives."""

    type = Text()
    inherit_cache = True


@compiles(folded)
def _by_the_database(element: Any, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(folded, "sqlite")
def _by_us(element: Any, compiler: Any, **options: Any) -> str:
    return f"betaops_folded({compiler.process(element.clauses, **options)})"


def teach_sqlite(connection: Any) -> None:
    """Give a connection the function that `folded` needs."""
    connection.create_function("betaops_folded", 1, _lower, deterministic=True)


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text
