"""Step 5a. From: days counted and what is missing of them. To: their figure, and in words. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import chart, empty, panel
from dashboards.components.twin import twin
from dashboards.figures.daily_bars import BarTexts
from dashboards.figures.missing_days import missing_days
from dashboards.pages.inspections.pieces import days_text, energy_text
from dashboards.queries.inspection_rows import InspectionCourse
from dashboards.viewer import Viewer
from energy.base.quality import Quality

COURSE = "inspection_course"
"""Name of the table behind the figure."""


def course_panel(viewer: Viewer, course: InspectionCourse | None, subject: str) -> Component:
    """Return what was counted by day, with what is missing above it.

    Args:
        viewer: Who looks.
        course: None where nothing counts.
        subject: The suspicion in hexadecimal digits, or the inspection's number.
    """
    title = viewer.say("inspection_course.title")
    if course is None:
        words = empty(viewer.say("inspection_course.none"))
        return panel(title, words, name="inspection-course")
    texts = BarTexts(
        usage=counted_word(viewer, course),
        missing=viewer.say("load.missing"),
        quality={q: viewer.say(f"quality.{q.name.lower()}") for q in Quality},
    )
    figure = missing_days(
        course.days,
        course.lacking,
        meant=(course.first, course.last),
        utility=course.utility,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
        lacks=lacks_word(viewer, course),
    )
    summary = course_summary(viewer, course)
    return panel(
        title,
        [
            html.P(summary, className="subtitle"),
            chart(figure, chart_id="inspection-course", label=summary, language=viewer.language),
            twin(viewer, f"{COURSE}~{subject}", ""),
        ],
        name="inspection-course",
    )


def counted_word(viewer: Viewer, course: InspectionCourse) -> str:
    """Return what the known part is called."""
    return viewer.say(f"inspection_course.{'counted' if course.point else 'accounted'}")


def lacks_word(viewer: Viewer, course: InspectionCourse) -> str:
    """Return what the missing part is called."""
    if not course.point:
        return viewer.say("inspection_course.unaccounted")
    return viewer.say(f"inspection_course.{'added' if course.proposed else 'missing'}")


def course_summary(viewer: Viewer, course: InspectionCourse) -> str:
    """Return in words what was counted in the days that are meant, and what of it is missing."""
    mine = [day for day in course.days if course.first <= day.day <= course.last]
    known = [day.usage for day in mine if day.usage is not None]
    counted = energy_text(course.utility, sum(known)) if known else viewer.say("load.missing")
    lacking = sum(course.lacking.get(day.day, 0) for day in mine)
    told = {
        "days": days_text(viewer, course.first, course.last),
        "counted": counted,
        "how": counted_word(viewer, course),
        "what": lacks_word(viewer, course),
        "lacking": energy_text(course.utility, lacking),
    }
    return viewer.say(
        f"inspection_course.{'both' if lacking or not course.point else 'only'}", **told
    )
