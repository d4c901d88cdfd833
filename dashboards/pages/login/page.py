"""In: language, theme, what was typed. Out: the sign-in page. Pure."""

from __future__ import annotations

from markupsafe import Markup

from energy.base.text import t

_FORM = Markup("""<form method="post" action="/login">
<input type="hidden" name="next" value="{onward}">
<label for="sign-in">{sign_in_label}</label>
<input id="sign-in" name="sign_in" autocomplete="username" required autofocus maxlength="200"
 value="{sign_in}">
<label for="password">{password_label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="200">
<button type="submit" id="submit">{button}</button></form>""")


def login_form(*, language: str, sign_in: str, onward: str) -> Markup:
    """Return the form; what a person typed is escaped."""
    return _FORM.format(
        onward=onward,
        sign_in=sign_in,
        sign_in_label=t(language, "login.sign_in"),
        password_label=t(language, "login.password"),
        button=t(language, "login.button"),
    )
