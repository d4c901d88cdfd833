"""In: language, theme, what was typed. Out: the sign-in page. Pure."""

from __future__ import annotations

from urllib.parse import quote

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
<label class="plain-choice"><input type="checkbox" name="phone"> {phone_label}</label>
<button type="submit" id="submit">{button}</button></form>""")

_PROVIDER = Markup("""<p>
<a class="plain-onward" id="provider" href="/sign-in?next={onward}">{text}</a></p>""")

_APPLICANT = Markup("""<p><a class="plain-onward" href="/case">{text}</a></p>""")
"""Who applied for a supply has no account yet."""


def login_form(
    *, language: str, sign_in: str, onward: str, phone_days: int, provider: bool
) -> Markup:
    """Return the form; what a person typed is escaped.

    Args:
        language: en or zh.
        sign_in: Name typed before.
        onward: Path that the sign-in leads to.
        phone_days: How long a technician's phone stays signed in. [d]
        provider: Whether there is another way in, by a provider.
    """
    other = _PROVIDER.format(onward=quote(onward), text=t(language, "login.provider"))
    form = _FORM.format(
        onward=onward,
        sign_in=sign_in,
        sign_in_label=t(language, "login.sign_in"),
        password_label=t(language, "login.password"),
        phone_label=t(language, "login.phone", days=phone_days),
        button=t(language, "login.button"),
    )
    asks = _APPLICANT.format(text=t(language, "case_door.title"))
    return (other if provider else Markup("")) + form + asks
