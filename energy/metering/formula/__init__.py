"""Formulas: text -> tree -> checked tree -> exact numbers per interval. Pure."""
