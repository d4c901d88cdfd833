-- Which tenants of which sites a person sees. Placeholders: {schema} is "directory".

CREATE TABLE {schema}.tenant_access (
    person uuid NOT NULL, site text NOT NULL, tenant text NOT NULL, valid_from date NOT NULL,
    valid_to date, position bigint NOT NULL, PRIMARY KEY (person, site, tenant)
);
GRANT SELECT ON {schema}.tenant_access TO meterline_writer, meterline_web;
GRANT INSERT, UPDATE, DELETE ON {schema}.tenant_access TO meterline_writer;
