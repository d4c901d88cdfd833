"""In: a site's database. Out: every question of the screens, answered. I/O: PostgreSQL."""

from __future__ import annotations

from dashboards.queries.sql_admin import SqlAdmin
from dashboards.queries.sql_alerts import SqlAlerts
from dashboards.queries.sql_articles import SqlArticles
from dashboards.queries.sql_assurance import SqlAssurance
from dashboards.queries.sql_bills import SqlBills
from dashboards.queries.sql_cases import SqlCases
from dashboards.queries.sql_corrections import SqlCorrections
from dashboards.queries.sql_duty import SqlDuty
from dashboards.queries.sql_energy import SqlEnergy
from dashboards.queries.sql_enquiries import SqlEnquiries
from dashboards.queries.sql_equipment import SqlEquipment
from dashboards.queries.sql_exceptions import SqlExceptions
from dashboards.queries.sql_flows import SqlFlows
from dashboards.queries.sql_inspections import SqlInspections
from dashboards.queries.sql_known import SqlKnown
from dashboards.queries.sql_life import SqlLife
from dashboards.queries.sql_lines import SqlLines
from dashboards.queries.sql_load import SqlLoad
from dashboards.queries.sql_meters import SqlMeters
from dashboards.queries.sql_money import SqlMoney
from dashboards.queries.sql_notices import SqlNotices
from dashboards.queries.sql_one_line import SqlOneLine
from dashboards.queries.sql_outages import SqlOutages
from dashboards.queries.sql_own_papers import SqlOwnPapers
from dashboards.queries.sql_patrol import SqlPatrol
from dashboards.queries.sql_phone import SqlPhone
from dashboards.queries.sql_places import SqlPlaces
from dashboards.queries.sql_plans import SqlPlans
from dashboards.queries.sql_plant import SqlPlant
from dashboards.queries.sql_portal import SqlPortal
from dashboards.queries.sql_quality import SqlQuality
from dashboards.queries.sql_reports import SqlReports
from dashboards.queries.sql_requests import SqlRequests
from dashboards.queries.sql_review import SqlReview
from dashboards.queries.sql_rules import SqlRules
from dashboards.queries.sql_runs import SqlRuns
from dashboards.queries.sql_shift_reports import SqlShiftReports
from dashboards.queries.sql_site import SqlSite
from dashboards.queries.sql_site_flow import SqlSiteFlow
from dashboards.queries.sql_sound import SqlSound
from dashboards.queries.sql_switching import SqlSwitching
from dashboards.queries.sql_takeover import SqlTakeOver
from dashboards.queries.sql_tariffs import SqlTariffs
from dashboards.queries.sql_tenants import SqlTenants
from dashboards.queries.sql_till import SqlTill
from dashboards.queries.sql_work import SqlWork


class SqlQueries(
    SqlEnergy,
    SqlAlerts,
    SqlOutages,
    SqlWork,
    SqlSwitching,
    SqlShiftReports,
    SqlRequests,
    SqlArticles,
    SqlCases,
    SqlInspections,
    SqlPatrol,
    SqlAssurance,
    SqlEquipment,
    SqlNotices,
    SqlDuty,
    SqlSound,
    SqlRules,
    SqlMeters,
    SqlPlaces,
    SqlLife,
    SqlLoad,
    SqlQuality,
    SqlReports,
    SqlFlows,
    SqlSiteFlow,
    SqlOneLine,
    SqlPlant,
    SqlTariffs,
    SqlBills,
    SqlLines,
    SqlRuns,
    SqlExceptions,
    SqlKnown,
    SqlPlans,
    SqlReview,
    SqlAdmin,
    SqlPortal,
    SqlMoney,
    SqlCorrections,
    SqlEnquiries,
    SqlTenants,
    SqlTill,
    SqlOwnPapers,
    SqlPhone,
    SqlTakeOver,
):
    """All questions of one site; the implementation of `dashboards.queries.ports.Queries`."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        SqlEnergy.__init__(self, at)
        SqlAlerts.__init__(self, at)
        SqlOutages.__init__(self, at)
        SqlWork.__init__(self, at)
        SqlSwitching.__init__(self, at)
        SqlShiftReports.__init__(self, at)
        SqlRequests.__init__(self, at, self)
        SqlArticles.__init__(self, at)
        SqlCases.__init__(self, at)
        SqlInspections.__init__(self, at)
        SqlPatrol.__init__(self, at)
        SqlAssurance.__init__(self, at)
        SqlEquipment.__init__(self, at)
        SqlNotices.__init__(self, at)
        SqlDuty.__init__(self, at)
        SqlSound.__init__(self, at)
        SqlRules.__init__(self, at)
        SqlMeters.__init__(self, at)
        SqlPlaces.__init__(self, at)
        SqlLife.__init__(self, at, self)
        SqlLoad.__init__(self, at)
        SqlQuality.__init__(self, at)
        SqlReports.__init__(self, at, self)
        SqlFlows.__init__(self, at)
        SqlSiteFlow.__init__(self, at)
        SqlOneLine.__init__(self, at)
        SqlPlant.__init__(self, at)
        SqlTariffs.__init__(self, at)
        SqlBills.__init__(self, at, self)
        SqlLines.__init__(self, at, self)
        SqlRuns.__init__(self, at)
        SqlExceptions.__init__(self, at, self)
        SqlKnown.__init__(self, at)
        SqlPlans.__init__(self, at)
        SqlReview.__init__(self, at)
        SqlAdmin.__init__(self, at)
        SqlPortal.__init__(self, at)
        SqlMoney.__init__(self, at)
        SqlCorrections.__init__(self, at)
        SqlEnquiries.__init__(self, at)
        SqlTenants.__init__(self, at, self)
        SqlTill.__init__(self, at, self)
        SqlOwnPapers.__init__(self, at, self)
        SqlPhone.__init__(self, at, self)
        SqlTakeOver.__init__(self, at)
