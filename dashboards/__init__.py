"""The screens: Dash on Flask. All reads through queries, all writes through commands."""
