"""In: a viewer. Out: the frame of every page: navigation, language, theme, sign-out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.pieces import extra, icon
from dashboards.components.sound import holder
from dashboards.security.headers import PHONE_PATH
from dashboards.security.scope import Right
from dashboards.settings import WebSettings
from dashboards.theme import MANTINE, Theme
from dashboards.viewer import Viewer

PAGE = "page"
LOCATION = "url"
TICK = "tick"
LIVE = "live"
NAVIGATION: dict[str, tuple[tuple[str, str, Right], ...]] = {
    "energy": (
        ("overview", "/", Right.READ_ENERGY),
        ("alerts", "/alerts", Right.READ_ENERGY),
        ("outages", "/outages", Right.READ_ENERGY),
        ("notices", "/notices", Right.READ_ENERGY),
        ("rules", "/rules", Right.READ_ENERGY),
        ("load", "/load", Right.READ_ENERGY),
        ("flows", "/flows", Right.READ_ENERGY),
        ("plant", "/plant", Right.READ_ENERGY),
        ("meters", "/meters", Right.READ_ENERGY),
        ("review", "/review", Right.READ_ENERGY),
        ("plan", "/plan", Right.READ_ENERGY),
        ("reports", "/reports", Right.READ_ENERGY),
        ("savings", "/savings", Right.READ_ENERGY),
        ("phone", PHONE_PATH, Right.READ_ENERGY),
    ),
    "operations": (
        ("incidents", "/incidents", Right.READ_ENERGY),
        ("work", "/work", Right.READ_ENERGY),
        ("duty", "/duty", Right.READ_ENERGY),
        ("switching", "/switching", Right.READ_ENERGY),
        ("assurance", "/assurance", Right.READ_ENERGY),
        ("contingency", "/contingency", Right.READ_ENERGY),
        ("shift_reports", "/shift-reports", Right.READ_ENERGY),
        ("requests", "/requests", Right.READ_REQUESTS),
        ("cases", "/cases", Right.CASES),
        ("inspections", "/inspections", Right.READ_ENERGY),
        ("rounds", "/rounds", Right.READ_ENERGY),
        ("equipment", "/equipment", Right.READ_ENERGY),
    ),
    "billing": (
        ("bills", "/bills", Right.READ_BILLS),
        ("tenants", "/tenants", Right.READ_BILLS),
        ("money", "/money", Right.READ_BILLS),
        ("desk", "/desk", Right.READ_BILLS),
        ("takeover", "/takeover", Right.READ_BILLS),
        ("corrections", "/bills/corrections", Right.READ_BILLS),
        ("tariffs", "/tariffs", Right.READ_ENERGY),
        ("enquiries", "/enquiries", Right.ANSWER),
    ),
    "admin": (("admin", "/admin", Right.ADMINISTER),),
    "portal": (
        ("portal", "/portal", Right.READ_OWN),
        ("own_cases", "/portal/cases", Right.READ_OWN),
        ("enquiries", "/portal/enquiries", Right.READ_OWN),
    ),
}
"""Groups of pages: name (of text and icon), path, and the right without which none is offered."""
NAVBAR_PX = 208
HEADER_PX = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """The page that the frame is sent with."""

    path: str
    search: str
    """With its question mark, as the browser has it."""
    page: Component


def shell(
    viewer: Viewer, settings: WebSettings, csrf: str, first: FirstPage | None = None
) -> Component:
    """Return the whole layout around a page.

    Args:
        viewer: Who looks.
        settings: The site and how it is served.
        csrf: The session's token for forms.
        first: The page to begin with; None: the browser asks for it by its address.
    """
    screen = viewer.scope.screen
    at = {} if first is None else {"pathname": first.path, "search": first.search}
    frame: Component = dmc.MantineProvider(
        [
            html.A(viewer.say("keys.skip"), href=f"#{PAGE}", className="skip-link"),
            _keys(viewer),
            _failed(viewer),
            dcc.Location(id=LOCATION, refresh=False, **at),
            dcc.Interval(id=TICK, interval=settings.refresh_s * 1000),
            dcc.Store(id=LIVE),
            dmc.AppShell(
                [
                    dmc.AppShellHeader(_header(viewer, settings, csrf)),
                    dmc.AppShellNavbar(_links(viewer), p="xs"),
                    dmc.AppShellMain(
                        [
                            *([holder(screen)] if screen.startswith("desk/") else []),
                            html.Div(
                                None if first is None else first.page,
                                id=PAGE,
                                className="page-place",
                                tabIndex=-1,
                            ),
                        ]
                    ),
                ],
                header={"height": HEADER_PX},
                navbar={"width": NAVBAR_PX, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding="md",
            ),
        ],
        forceColorScheme=str(viewer.theme),
        theme=MANTINE,
    )
    return frame


def _keys(viewer: Viewer) -> Component:
    """Return the list of keys, which "?" opens."""
    rows = [
        part
        for key, name in (("Alt", "why"), ("/", "find"), ("?", "help"))
        for part in (html.Dt(html.Kbd(key)), html.Dd(viewer.say(f"keys.{name}")))
    ]
    close = html.Button(viewer.say("keys.close"), type="button", className="button keys-close")
    title = viewer.say("keys.title")
    return html.Dialog(
        [html.H2(title), html.Dl(rows), close],
        id="keys",
        className="keys",
        **extra(aria_label=title),
    )


def _failed(viewer: Viewer) -> Component:
    """Return what the browser shows where a request failed (assets/failed.js)."""
    said = [
        html.P(viewer.say(f"failed.{kind}"), hidden=True, className=f"failed-{kind}")
        for kind in ("network", "server", "refused", "absent", "busy")
    ]
    buttons = [
        html.Button(viewer.say(f"failed.{what}"), type="button", className=f"button failed-{what}")
        for what in ("anew", "close")
    ]
    return html.Div([*said, html.Div(buttons)], id="failed", className="failed", role="alert")


def _links(viewer: Viewer) -> list[Component]:
    links: list[Component] = []
    if viewer.scope.only_view:
        return links
    for group, entries in NAVIGATION.items():
        mine = [(name, href) for name, href, right in entries if viewer.scope.may(right)]
        if mine:
            links.append(html.Div(viewer.say(f"nav.group.{group}"), className="nav-group"))
            links.extend(_link(viewer, name, href) for name, href in mine)
    return links


def _link(viewer: Viewer, name: str, href: str) -> Component:
    entry: Component = dmc.NavLink(
        label=viewer.say(f"nav.{name}"),
        href=href,
        leftSection=icon(f"nav-{name}"),
        refresh=href == PHONE_PATH,  # a document may use the camera if it was loaded there
        className="nav-link",
    )
    return entry


def _header(viewer: Viewer, settings: WebSettings, csrf: str) -> Component:
    return html.Div(
        [
            html.Div(
                [icon("brand"), html.Span("Meterline", className="brand-name")], className="brand"
            ),
            html.Div(settings.site_name, className="site-name"),
            html.Div([*_switches(viewer), _account(viewer, csrf)], className="wide-only switches"),
            _menu(viewer, csrf),
        ],
        className="header",
    )


def _other_theme(viewer: Viewer) -> Theme:
    return Theme.LIGHT if viewer.theme is Theme.DARK else Theme.DARK


def _switches(viewer: Viewer) -> list[Component]:
    other = _other_theme(viewer)
    return [
        html.A(
            "中文" if viewer.language == "en" else "English",
            href=f"/preferences?language={'zh' if viewer.language == 'en' else 'en'}",
            className="switch switch-language",
            lang="zh-Hans" if viewer.language == "en" else "en",
        ),
        html.A(
            [icon(f"theme-{other}"), html.Span(viewer.say(f"shell.theme.{other}"))],
            href=f"/preferences?theme={other}",
            className="switch switch-theme",
        ),
    ]


def _account(viewer: Viewer, csrf: str) -> Component:
    return html.Div(
        [
            *([html.A("PIN", href="/pin", className="switch")] if viewer.scope.confirmed else []),
            html.A(viewer.scope.name, href="/account", className="person"),
            _sign_out(viewer, csrf),
        ],
        className="account",
    )


def _sign_out(viewer: Viewer, csrf: str) -> Component:
    return html.Form(
        [
            dcc.Input(type="hidden", name="csrf", value=csrf),
            html.Button(viewer.say("shell.sign_out"), type="submit", className="switch sign-out"),
        ],
        action="/sign-out",
        method="POST",
        className="sign-out-form",
    )


def _menu(viewer: Viewer, csrf: str) -> Component:
    """Return what stands behind one button on a phone."""
    menu = dmc.Menu(
        [
            dmc.MenuTarget(
                html.Button(
                    icon("menu"),
                    className="menu-button",
                    **extra(aria_label=viewer.say("nav.menu")),
                )
            ),
            dmc.MenuDropdown(
                [
                    *_links(viewer),
                    dmc.MenuDivider(),
                    html.Div(_switches(viewer), className="menu-switches"),
                    dmc.MenuDivider(),
                    _account(viewer, csrf),
                ]
            ),
        ],
        position="bottom-end",
        width=260,
    )
    return html.Div(menu, className="narrow-only")
