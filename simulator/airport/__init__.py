"""A whole airport as closed forms of time: drivers, loads, plants, substation, tenants."""
