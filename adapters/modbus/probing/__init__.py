"""In: registers that a device answered. Out: which product it is and how it is to be read. Pure."""
