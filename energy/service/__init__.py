"""What people do for each other: notes; later work orders, roster, shift log."""
