"""In: an address of the savings. Out: what was avoided against a baseline, and how sure that is."""
