"""The event store: applications, recorder, ingest, follower, marks, verification."""
