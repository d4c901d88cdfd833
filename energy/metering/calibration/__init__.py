"""Certificates and what follows from them: errors at load points, what a decision adds to usage."""
