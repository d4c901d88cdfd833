"""PostgreSQL: launcher, pool, migrations, series, site directory."""
