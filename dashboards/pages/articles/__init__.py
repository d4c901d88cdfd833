"""The knowledge base of the service desk: what is known, found by words, written and reviewed."""
