"""One folder a view: layout.py is pure, callbacks.py is thin."""
