"""In: an address of tariffs. Out: versions, their weeks, and a year under one of them."""
