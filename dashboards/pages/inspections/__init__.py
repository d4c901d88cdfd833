"""Suspicions and inspections: listed, ordered, told, billed and approved."""
