"""Work orders: their list, one of them with checklist, parts, time, and its signature."""
