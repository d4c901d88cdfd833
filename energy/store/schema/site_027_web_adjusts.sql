-- The web process may tell the journal of metering, too, what inspections let be billed in addition:
-- proposed by one person, approved or refused by another (docs/inspection.md).
ALTER POLICY web_enters ON {schema}.metering_events WITH CHECK (
    (topic = 'readings.entered' AND originator_version = 1)
    OR topic IN ('case.decided', 'correction.proposed', 'correction.approved',
        'correction.rejected', 'readings.estimated',
        'adjustment.proposed', 'adjustment.approved', 'adjustment.rejected')
);
