"""The wall display of a command centre: one dark screen, seen from afar, touched by nobody."""
