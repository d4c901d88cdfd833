"""The registry of meters and the page of one metering point."""
