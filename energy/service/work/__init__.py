"""Work that gets finished: service levels and their clock, incidents, work orders."""
