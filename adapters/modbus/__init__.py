"""Meters that speak Modbus TCP: register maps, read plan, strict client, decoder, source."""
