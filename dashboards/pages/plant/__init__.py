"""In: an address of the plant pages. Out: substations drawn from the supply graph, and plants."""
