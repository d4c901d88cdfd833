"""Rules of alerts: what they watch, their back-test, expected alerts, who makes the noise."""
