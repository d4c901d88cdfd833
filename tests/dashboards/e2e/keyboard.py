"""In: a page of a browser. Out: what keyboard and finger meet wrongly there. I/O: a browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.dashboards.e2e.axe import violations

FOCUS = """(within) => {
    const faults = new Set();
    const found = [...(document.querySelector(within) || document).querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex='0']"
    )].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled
        && one.type !== "hidden" && !one.closest("dialog:not([open]), .ag-root-wrapper"));
    const ringed = (one) => {
        for (let at = one, up = 0; at && up < 4; at = at.parentElement, up++) {
            const look = getComputedStyle(at);
            if (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) return true;
        }
        return false;
    };
    for (const one of [...found, ...found.slice().reverse()]) {
        const say = (what) => faults.add(what + ": " + one.outerHTML.slice(0, 160));
        one.focus();
        const box = one.getBoundingClientRect();
        const middle = box.left + Math.min(box.width / 2, 40);
        const x = Math.min(middle, Math.max(box.left, innerWidth - 8));
        const below = Math.max(box.top, 72);  // what is larger than the window shows a part
        const y = Math.min(below + Math.min(box.height / 2, 12), box.bottom - 1);
        if (document.activeElement !== one) say("takes no focus");
        else if (!one.matches(":focus-visible") || !ringed(one)) say("shows no focus");
        else if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) say("focus out of sight");
        else {
            const above = document.elementFromPoint(x, y);
            if (!above || !(one.contains(above) || above.contains(one))) say("focus covered");
        }
    }
    return [...faults];
}"""
"""Down and up again: whatever can have the focus takes it, shows it and is not hidden then."""


def focus_faults(page: Page, within: str = "body") -> list[str]:
    """Return what cannot be reached by keyboard, or not be seen while it has the focus.

    Args:
        page: A page that stands.
        within: Of what on it, as CSS selects it; of all where the page has no such thing.
    """
    page.keyboard.press("Tab")  # from here on the focus shows
    return [str(fault) for fault in page.evaluate(FOCUS, within)]


def small_targets(page: Page) -> list[str]:
    """Return what is smaller than a finger needs: 24 px, or as much room (WCAG 2.2, 2.5.8)."""
    found = violations(page, "rule", ["target-size"])
    return [f"small: {node['html'][:160]}" for fault in found for node in fault["nodes"]]
