"""In: a response. Out: the same with the headers that browsers need to protect it. Pure.

Scripts come from this site only: no inline script but dash's own by hash, no eval. Styles may be
inline because Mantine and plotly write them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, request

PHONE_PATH = "/m"
"""Labels are scanned here and below: the only pages that may use a camera."""
STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/")
YEAR_S = 31_536_000
DAY_S = 86_400
"""Icons are named in style sheets without a version: a page asks for some twenty."""


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Return the policy, given the hashes of dash's own inline scripts."""
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *script_hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def is_phone(path: str) -> bool:
    """Return whether a path is one of the phone's pages."""
    return f"{path}/".startswith(f"{PHONE_PATH}/")


def header_writer(policy: str, *, secure: bool) -> Callable[[Response], Response]:
    """Return the function that completes every response.

    Args:
        policy: Content security policy.
        secure: Whether the site is served by TLS only.
    """

    def complete(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        camera = "(self)" if is_phone(request.path) else "()"
        response.headers["Permissions-Policy"] = f"camera={camera}, geolocation=(), microphone=()"
        if secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        versioned = "m" in request.args or ".v" in request.path
        if request.path.startswith(STATIC_PREFIXES) and response.status_code == 200:
            if versioned:
                response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
            elif request.path.endswith(".svg"):
                response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    return complete
