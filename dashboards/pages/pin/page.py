"""In: language, token. Out: the forms of the PIN, and what a bound screen is told. Pure."""

from __future__ import annotations

from markupsafe import Markup

from energy.base.text import t

PIN_DIGITS = 6
_ASK = Markup("""<p>{why}</p><form method="post" action="/pin">
<input type="hidden" name="csrf" value="{csrf}"><input type="hidden" name="next" value="{onward}">
<label for="pin">{pin}</label>
<input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required autofocus
 maxlength="{digits}"><button type="submit" id="submit">{button}</button></form>""")
_CHOOSE = Markup("""<p>{why}</p><form method="post" action="/pin">
<input type="hidden" name="csrf" value="{csrf}"><input type="hidden" name="next" value="{onward}">
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 autofocus maxlength="200"><label for="pin">{pin}</label>
<input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required
 maxlength="{digits}"><button type="submit" id="submit">{button}</button></form>""")
_BOUND = Markup("""<p>{why}</p><p class="factor-secret"><code>{address}</code></p>
<p><a class="plain-onward" href="/admin">{back}</a></p>""")


def pin_form(*, language: str, csrf: str, onward: str, choose: bool) -> Markup:
    """Return the form that asks for the PIN, or that chooses one."""
    form = _CHOOSE if choose else _ASK
    return form.format(
        why=t(language, "pin.choose" if choose else "pin.ask", digits=PIN_DIGITS),
        csrf=csrf,
        onward=onward,
        password=t(language, "login.password"),
        pin=t(language, "pin.pin"),
        digits=PIN_DIGITS,
        button=t(language, "second_factor.button"),
    )


def bound_page(*, language: str, kind: str, address: str) -> Markup:
    """Return what an administrator is told of a screen that was bound, this once."""
    return _BOUND.format(
        why=t(language, f"device.bound_{kind}"),
        address=address,
        back=t(language, "admin.title"),
    )
