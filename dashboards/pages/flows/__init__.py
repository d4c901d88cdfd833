"""In: an address of the flow page. Out: where the energy goes, and what is unaccounted."""
