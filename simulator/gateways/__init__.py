"""Gateways of messages that answer on real sockets of the loopback, with faults on demand."""
