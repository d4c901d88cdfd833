"""A technician with a phone: scan, read, enter what the display shows; a manager acknowledges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboards.e2e.conftest import Visit, enter, served, visits
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import NOW, SITE, FakeWeb, fake_web

pytestmark = pytest.mark.browser
CAMERA = """(text) => {
    window.BarcodeDetector = class {
        static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
        detect() { return Promise.resolve(this.seen++ ? [{ rawValue: text }] : []); }
        seen = 0;
    };
    Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: () => {
        const picture = document.createElement("canvas");
        picture.getContext("2d").fillRect(0, 0, 9, 9);
        window.opened = picture.captureStream(5);
        return Promise.resolve(window.opened);
    } } });
}"""
"""A camera before which a label is held."""


@pytest.fixture
def web() -> FakeWeb:
    return fake_web(roles=("technician",))


@pytest.fixture(params=[(390, 844), (360, 640)], ids=["390", "360"])
def phone(
    browser: Browser, web: FakeWeb, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Visit]]:
    """Yield what signs a technician in on a phone before whose camera a label is held."""
    width, height = request.param
    with served(web) as url:
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, is_mobile=True
        )

        def begin(label: str) -> Visit:
            page = context.new_page()
            if label:
                page.add_init_script(f"({CAMERA})({label!r})")
            watch = Watch(page, url)
            enter(context, url)
            page.goto(f"{url}/m")
            page.wait_for_selector("[data-ready=phone]", timeout=PATIENCE_MS)
            return Visit(page=page, url=url, watch=watch)

        yield begin
        context.close()


def fits(page: Page) -> bool:
    """Return whether nothing is wider than the window, and nothing is cut off."""
    return bool(
        page.evaluate(
            "[...document.querySelectorAll('main, main *')].every(e => "
            "e.getBoundingClientRect().right <= window.innerWidth + 0.5) "
            "&& document.documentElement.scrollWidth <= window.innerWidth"
        )
    )


def test_a_label_leads_to_the_meter_and_a_reading_into_the_journal(
    phone: Callable[[str], Visit], web: FakeWeb
) -> None:
    begun = phone(f"meterline:{SITE}/cam-b2-elec#CAM-E-0002")
    page = begun.page
    assert fits(page)
    assert page.evaluate("document.featurePolicy.allowsFeature('camera')")
    page.tap("#phone-scan")
    page.wait_for_selector("[data-ready=phone-meter]", timeout=PATIENCE_MS)
    assert page.url.endswith("/m/meters/cam-b2-elec")
    assert page.evaluate("window.opened.getTracks().every(t => t.readyState === 'ended')")
    assert fits(page)
    _types(page, "99999")
    expect(page.locator(".phone-doubt")).to_contain_text("Not entered yet", timeout=PATIENCE_MS)
    assert fits(page)
    assert web.site.entered == {}
    _types(page, "34520.11")
    expect(page.locator(".panel-entered")).to_contain_text("34,520.11 kWh", timeout=PATIENCE_MS)
    expect(page.locator(".notice")).to_contain_text("Entered: 34,520.11 kWh")
    expect(page.locator(".phone-field-value input")).to_have_value("")
    assert [read.shown for read in web.site.entered.values()] == ["34520.11"]
    assert fits(page)
    assert begun.watch.faults == []


def test_a_doubtful_value_is_entered_when_it_is_confirmed_and_twice_tapped_once(
    phone: Callable[[str], Visit], web: FakeWeb
) -> None:
    page = phone("").page
    page.goto(f"{page.url}/meters/cam-b2-elec")
    _types(page, "12.5")
    page.locator(".phone-doubt .button").dblclick()
    expect(page.locator(".panel-entered")).to_contain_text("12.50 kWh", timeout=PATIENCE_MS)
    assert len(web.site.entered) == 1
    page.locator(".phone-field-value input").fill("34520")
    page.evaluate("b = document.querySelector('.phone-entry > .button'); b.click(); b.click()")
    expect(page.locator(".panel-entered li")).to_have_count(2, timeout=PATIENCE_MS)
    assert len(web.site.entered) == 2


def _types(page: Page, value: str) -> None:
    page.locator(".phone-field-value input").fill(value)
    page.locator(".phone-entry > .button").tap()
    expect(page.locator(".phone-doubt, .panel-entered")).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def seeker(browser: Browser) -> Iterator[Visit]:
    """One technician who looks for all that is no meter here."""
    with visits(browser) as begin:
        yield begin("technician", width=360)


@pytest.mark.parametrize(
    ("sought", "told"),
    [
        ("meterline:elsewhere/cam-b2-elec#CAM-E-0002", "This label is of the site elsewhere"),
        (f"meterline:{SITE}/cam-b2-elec#CAM-E-9999", "The label says CAM-E-9999"),
        (f"meterline:{SITE}/nowhere#1", "No meter is called nowhere"),
        ("S-0000", "No meter is called S-0000"),
        ("<img src=x onerror=alert(1)>", "No meter is called <img src=x onerror=alert(1)>"),
        ("' OR 1=1 --", "No meter is called ' OR 1=1 --"),
        ("building 3", "Building 3 electricity"),
    ],
)
def test_what_is_no_meter_here_is_said(seeker: Visit, sought: str, told: str) -> None:
    begun, page = seeker, seeker.page
    page.goto(f"{begun.url}/m")
    page.fill("#phone-sought", sought)
    page.press("#phone-sought", "Enter")
    expect(page.locator("#phone-found")).to_contain_text(told, timeout=PATIENCE_MS)
    assert page.url.endswith("/m")
    assert fits(page)
    assert begun.watch.faults == []


def test_one_tap_acknowledges_and_a_link_away_has_its_charts(
    phone: Callable[[str], Visit], web: FakeWeb
) -> None:
    begun = phone("")
    page = begun.page
    assert page.evaluate("!window.Plotly && !window.dash_ag_grid")
    buttons = page.locator(".acknowledge")
    expect(buttons).to_have_count(2, timeout=PATIENCE_MS)
    buttons.first.tap()
    expect(buttons).to_have_count(1, timeout=PATIENCE_MS)
    assert len(web.site.acknowledged) == 1
    page.tap(".menu-button")
    page.locator(".mantine-Menu-dropdown a[href='/']").tap()
    page.wait_for_selector("[data-ready=overview] .main-svg", timeout=PATIENCE_MS)
    page.tap(".menu-button")
    page.locator(".mantine-Menu-dropdown a[href='/m']").tap()
    page.wait_for_selector("[data-ready=phone]", timeout=PATIENCE_MS)
    assert page.evaluate("!window.Plotly")
    assert begun.watch.faults == []


def test_a_viewer_reads_and_enters_nothing(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer", width=360)
    begun.page.goto(f"{begun.url}/m/meters/cam-b2-elec")
    begun.page.wait_for_selector("[data-ready=phone-meter]", timeout=PATIENCE_MS)
    expect(begun.page.locator(".phone-entry")).to_have_count(0)
    assert fits(begun.page)


def test_a_reading_of_the_future_is_refused(visit: Callable[..., Visit]) -> None:
    begun = visit("technician", width=390)
    page = begun.page
    page.goto(f"{begun.url}/m/meters/cam-b2-elec")
    page.locator(".phone-field-value input").fill("34520")
    page.locator(".phone-field-at input").fill(f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M}")
    page.locator(".phone-entry > .button").click()
    expect(page.locator(".panel-enter .notice")).to_contain_text(
        "lies in the future", timeout=PATIENCE_MS
    )
