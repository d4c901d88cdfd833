"""Meters that speak MQTT: topic, payload, client with manual acknowledgement, push source."""
