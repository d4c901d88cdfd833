"""What people do for each other: notes, incidents, work orders, duty, equipment, switching."""
