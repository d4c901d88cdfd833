"""In: language and token. Out: the form that changes a password. Pure."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.security.passwords import LEAST_LENGTH
from energy.base.text import t

_FORM = Markup("""<p>{why}</p><form method="post" action="/change-password">
<input type="hidden" name="csrf" value="{csrf}">
<label for="old">{old}</label>
<input id="old" name="old" type="password" autocomplete="current-password" required autofocus
 maxlength="200">
<label for="new">{new}</label>
<input id="new" name="new" type="password" autocomplete="new-password" required maxlength="200">
<label for="again">{again}</label>
<input id="again" name="again" type="password" autocomplete="new-password" required
 maxlength="200">
<button type="submit" id="submit">{button}</button></form>
<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{csrf}">
<button type="submit" class="quiet">{sign_out}</button></form>""")


def change_form(*, language: str, csrf: str, forced: bool) -> Markup:
    """Return the form; `forced` says why it came up."""
    why = "change_password.first" if forced else "change_password.why"
    return _FORM.format(
        csrf=csrf,
        why=t(language, why, least=LEAST_LENGTH),
        old=t(language, "change_password.old"),
        new=t(language, "change_password.new"),
        again=t(language, "change_password.again"),
        button=t(language, "change_password.button"),
        sign_out=t(language, "shell.sign_out"),
    )
