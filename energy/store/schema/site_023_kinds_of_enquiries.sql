-- Enquiries: what the tenant wants of the desk; those before this asked something.

ALTER TABLE {schema}.enquiry ADD COLUMN kind text NOT NULL DEFAULT 'enquiry';
