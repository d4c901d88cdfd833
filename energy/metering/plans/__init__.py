"""Plans of usage by node and month: revisions, their table, the actual beside them. Pure."""
