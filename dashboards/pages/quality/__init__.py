"""In: an address of data quality. Out: how complete the data of a place's meters are."""
