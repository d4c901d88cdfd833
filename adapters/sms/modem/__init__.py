"""Short messages by a modem on a serial port: the last resort when the network is down."""
