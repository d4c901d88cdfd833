"""In: an address of the load page. Out: the load of a place over days."""
