"""The take-over from another billing system: what is loaded, compared, released."""
