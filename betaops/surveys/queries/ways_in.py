"""By which door a response came in, in SQL: for filters, counts and exports alike."""

from sqlalchemy import ColumnElement, String, case, cast, func, select

from betaops.surveys.analysis.narrowing import CameBy
from betaops.surveys.models import Response, SurveyLink


def came_by() -> ColumnElement[str]:
    """A `CameBy` of each `Response`. Kinds of links are called as their doors are."""
    kind = select(cast(SurveyLink.kind, String)).where(SurveyLink.id == Response.link_id).scalar_subquery()
    return case(
        (Response.is_in_product, CameBy.PRODUCT),
        (Response.is_embedded, CameBy.EMBEDDED),
        (Response.is_anonymous, CameBy.UNKNOWN),
        (Response.link_id.is_not(None), func.coalesce(kind, CameBy.GONE)),
        (Response.enrollment_id.is_not(None), CameBy.PORTAL),
        else_=CameBy.API,
    )
