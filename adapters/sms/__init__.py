"""Short messages: gateways by SMPP, CMPP, HTTP and a modem."""
