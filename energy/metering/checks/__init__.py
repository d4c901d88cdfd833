"""Checks of readings: one small pure file each, of one shape.

A check has a CODE, a SEVERITY and a function `found(...)` that takes the hours or steps of one
channel with the facts they are judged by, and returns the spans (`Span`) in which it is met.
Who reads the hours and who keeps what was found is not its business (energy/views/validation).
"""
