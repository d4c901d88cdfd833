"""In: language, token, secret or codes. Out: the forms of the second factor. Pure."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from markupsafe import Markup

from energy.base.text import t

_HIDDEN = Markup("""<input type="hidden" name="csrf" value="{csrf}">
<input type="hidden" name="next" value="{onward}"><input type="hidden" name="phone" value="{phone}">
""")
_ASK = Markup("""<p>{why}</p><form method="post" action="/second-factor">{hidden}
<label for="code">{code}</label>
<input id="code" name="code" autocomplete="one-time-code" required autofocus maxlength="40">
<button type="submit" id="submit">{button}</button></form>{out}""")
_ENROL = Markup("""<p>{why}</p><div class="factor-code" role="img" aria-label="{label}">{qr}</div>
<p>{by_hand}</p><p class="factor-secret"><code>{secret}</code></p>{ask}""")
_CODES = Markup("""<p>{why}</p><ol class="recovery-codes">{codes}</ol>
<p><a class="plain-onward" id="onward" href="{onward}">{button}</a></p>""")
_CODE = Markup("<li><code>{}</code></li>")
_OUT = Markup("""<form method="post" action="/sign-out">
<input type="hidden" name="csrf" value="{csrf}">
<button type="submit" class="quiet">{sign_out}</button></form>""")


def ask_form(*, language: str, csrf: str, onward: str, phone: bool, why: str = "ask") -> Markup:
    """Return the form that asks for a code."""
    return _ASK.format(
        why=t(language, f"second_factor.{why}"),
        hidden=_HIDDEN.format(csrf=csrf, onward=onward, phone="1" if phone else ""),
        code=t(language, "second_factor.code"),
        button=t(language, "second_factor.button"),
        out=_OUT.format(csrf=csrf, sign_out=t(language, "shell.sign_out")),
    )


def enrol_form(
    *, language: str, csrf: str, onward: str, phone: bool, secret: str, address: str
) -> Markup:
    """Return the form that enrols: a QR code, the same as text, and a first code.

    Args:
        language: Of the person.
        csrf: Token of the session.
        onward: Path that the sign-in leads to.
        phone: Whether the person asked to stay signed in on a phone.
        secret: Base 32.
        address: otpauth address.
    """
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=4, scale=5, xmldecl=False, light="#fff", nl=False
    )
    return _ENROL.format(
        why=t(language, "second_factor.enrol"),
        label=t(language, "second_factor.qr"),
        qr=Markup(drawn.getvalue().decode()),  # noqa: S704  # drawn here, of letters and digits
        by_hand=t(language, "second_factor.by_hand"),
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        ask=ask_form(language=language, csrf=csrf, onward=onward, phone=phone, why="first_code"),
    )


def codes_page(*, language: str, codes: Sequence[str], onward: str) -> Markup:
    """Return the recovery codes, shown this once."""
    return _CODES.format(
        why=t(language, "second_factor.codes"),
        codes=Markup("").join(_CODE.format(code) for code in codes),
        onward=onward,
        button=t(language, "second_factor.onward"),
    )
