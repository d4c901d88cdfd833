"""In: nothing. Out: every page of the screens, and what registers their callbacks. Pure.

A new page is a folder here with its `views.py`, its line below, and its place in the navigation
(dashboards/shell.py).
"""

from __future__ import annotations

from dashboards.pages.account.views import ACCOUNT_VIEWS
from dashboards.pages.admin.views import ADMIN_VIEWS
from dashboards.pages.alerts.views import ALERT_VIEWS
from dashboards.pages.articles.views import ARTICLE_VIEWS
from dashboards.pages.assurance.views import ASSURANCE_VIEWS
from dashboards.pages.bills.views import BILL_VIEWS
from dashboards.pages.cases.views import CASE_VIEWS
from dashboards.pages.corrections.views import CORRECTION_VIEWS
from dashboards.pages.desk.views import TILL_VIEWS
from dashboards.pages.duty.views import DUTY_VIEWS
from dashboards.pages.enquiries.views import ENQUIRY_VIEWS
from dashboards.pages.equipment.views import EQUIPMENT_VIEWS
from dashboards.pages.flows.views import FLOW_VIEWS
from dashboards.pages.incidents.views import INCIDENT_VIEWS
from dashboards.pages.inspections.views import INSPECTION_VIEWS
from dashboards.pages.load.views import LOAD_VIEWS
from dashboards.pages.meters.views import METER_VIEWS
from dashboards.pages.money.views import MONEY_VIEWS
from dashboards.pages.notices.views import NOTICE_VIEWS
from dashboards.pages.outages.views import OUTAGE_VIEWS
from dashboards.pages.overview.views import OVERVIEW_VIEWS
from dashboards.pages.phone.views import PHONE_VIEWS
from dashboards.pages.plan.views import PLAN_VIEWS
from dashboards.pages.plant.views import PLANT_VIEWS
from dashboards.pages.portal.views import PORTAL_VIEWS
from dashboards.pages.quality.views import QUALITY_VIEWS
from dashboards.pages.reports.views import REPORT_VIEWS
from dashboards.pages.requests.views import REQUEST_VIEWS
from dashboards.pages.review.views import REVIEW_VIEWS
from dashboards.pages.rounds.views import ROUND_VIEWS
from dashboards.pages.rules.views import RULE_VIEWS
from dashboards.pages.savings.views import SAVINGS_VIEWS
from dashboards.pages.shift_reports.views import SHIFT_REPORT_VIEWS
from dashboards.pages.sound.views import SOUND_VIEWS
from dashboards.pages.switching.views import SWITCHING_VIEWS
from dashboards.pages.takeover.views import TAKE_OVER_VIEWS
from dashboards.pages.tariffs.views import TARIFF_VIEWS
from dashboards.pages.tenants.views import TENANT_VIEWS
from dashboards.pages.view import View
from dashboards.pages.wall.views import WALL_VIEWS
from dashboards.pages.work.views import WORK_VIEWS

VIEWS: tuple[View, ...] = (
    *OVERVIEW_VIEWS,
    *LOAD_VIEWS,
    *FLOW_VIEWS,
    *REPORT_VIEWS,
    *PLANT_VIEWS,
    *SAVINGS_VIEWS,
    *ALERT_VIEWS,
    *OUTAGE_VIEWS,
    *INCIDENT_VIEWS,
    *WORK_VIEWS,
    *SWITCHING_VIEWS,
    *ASSURANCE_VIEWS,
    *SHIFT_REPORT_VIEWS,
    *REQUEST_VIEWS,
    *ARTICLE_VIEWS,
    *CASE_VIEWS,
    *INSPECTION_VIEWS,
    *ROUND_VIEWS,
    *EQUIPMENT_VIEWS,
    *NOTICE_VIEWS,
    *DUTY_VIEWS,
    *SOUND_VIEWS,
    *RULE_VIEWS,
    *WALL_VIEWS,
    *PHONE_VIEWS,
    *QUALITY_VIEWS,
    *METER_VIEWS,
    *REVIEW_VIEWS,
    *PLAN_VIEWS,
    *BILL_VIEWS,
    *TARIFF_VIEWS,
    *ADMIN_VIEWS,
    *ACCOUNT_VIEWS,
    *PORTAL_VIEWS,
    *MONEY_VIEWS,
    *CORRECTION_VIEWS,
    *ENQUIRY_VIEWS,
    *TENANT_VIEWS,
    *TILL_VIEWS,
    *TAKE_OVER_VIEWS,
)
