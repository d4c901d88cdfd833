"""What is heard of alerts: tests of screens, silences, shifts."""
