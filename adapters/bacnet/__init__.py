"""Values of meters in BACnet/IP devices: objects, profiles, client, source. An extra."""
