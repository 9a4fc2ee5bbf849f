"""Security headers on every answer; a view may widen its own policy, never drop it."""

from flask import Flask, Response, g

from betaops.kernel.settings import Settings
from betaops.web.access import VISITOR

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def widen(directive: str, value: str) -> None:
    """Set one directive for this answer (`frame-ancestors` of an embeddable survey)."""
    if directive not in POLICY:
        raise ValueError(directive)
    g.policy = {**g.get("policy", {}), directive: value}


def sandbox() -> None:
    """For content that others wrote (mails, uploads): no scripts, no forms, an origin of its own."""
    g.is_sandboxed = True


def standing(settings: Settings) -> dict[str, str]:
    """What every answer has, unless its view says otherwise; the policy comes beside it."""
    found = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if settings.is_secure:
        found["Strict-Transport-Security"] = "max-age=63072000"
    return found


def as_text(policy: dict[str, str]) -> str:
    """A content security policy as browsers read it."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def register(app: Flask, settings: Settings) -> None:
    always = [(name.lower(), name, value) for name, value in standing(settings).items()]

    @app.after_request
    def add(response: Response) -> Response:
        text = as_text(POLICY | g.get("policy", {}))
        if g.get("is_sandboxed"):
            text = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox"
        unit = g.get("unit")
        is_known = unit is not None and (unit.viewer or VISITOR).kind != "visitor"
        own = [
            ("content-security-policy", "Content-Security-Policy", text),
            ("cache-control", "Cache-Control", "no-store" if is_known else "no-cache"),
        ]
        headers = response.headers
        # One look at what the view has said, not one for each of ours.
        said = {name.lower() for name, _value in headers}
        for small, name, value in (*own, *always):
            if small not in said:
                headers.add(name, value)
        return response
