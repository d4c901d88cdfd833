"""Price models, one a file, one signature: (determinants, clause, span) -> charge lines. Pure."""
