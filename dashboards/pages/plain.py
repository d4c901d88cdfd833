"""In: a title and HTML. Out: a small page without scripts, for sign-in and password. Pure."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.theme import Theme
from energy.base.text import t

HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
_FRAME = Markup("""<!DOCTYPE html>
<html lang="{html_language}" data-mantine-color-scheme="{theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Meterline</title><link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/app.css?m={version}"></head>
<body class="plain"><main class="plain-card">
<p class="brand"><span class="icon icon-brand"></span>Meterline</p>
<h1>{title}</h1><p class="site">{site}</p>
{message}{body}
<nav class="plain-links">
<a href="/preferences?language=en" lang="en">English</a>
<a href="/preferences?language=zh" lang="zh-Hans">中文</a>
<a href="/preferences?theme={other_theme}">{other_theme_name}</a></nav>
</main></body></html>""")
_MESSAGE = Markup('<p class="plain-message" role="alert">{}</p>')


def plain_page(
    *,
    language: str,
    theme: Theme,
    title: str,
    site: str,
    version: str,
    body: Markup,
    message: str = "",
) -> str:
    """Return a whole page; every text but `body` is escaped."""
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    return str(
        _FRAME.format(
            html_language=HTML_LANGUAGE[language],
            theme=str(theme),
            title=title,
            site=site,
            version=version,
            message=_MESSAGE.format(message) if message else "",
            body=body,
            other_theme=str(other),
            other_theme_name=t(language, f"shell.theme.{other}"),
        )
    )
