-- Duty: with which open incidents and orders a desk is handed over; NULL is the desk alone.

ALTER TABLE {schema}.handover ADD COLUMN work jsonb;
