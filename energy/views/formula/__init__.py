"""Formulas as rows and what they compute of usage: versions, inputs, evaluation. I/O: reads."""
