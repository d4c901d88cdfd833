"""Values of meters in BACnet/IP devices and gateways: objects, profiles, client, source. An extra."""
