"""Who is told that a deadline of the service is near or past: once each."""
