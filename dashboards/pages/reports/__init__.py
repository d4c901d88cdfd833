"""In: an address of the reports. Out: what a place used over some days, on screen and on paper."""
