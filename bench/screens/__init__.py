"""The screens under load: an airport with a year behind it, served by the real processes."""
