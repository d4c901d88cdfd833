"""Performance baselines: what a meter's usage should be by now, and alarms by percent off it.

In: hours of usage on the site's clock (`clock_grid`), a `BaselineSpec`, the outdoor temperature
where it is known. Out: `BaselineAlarm`s (`alarms.watch`). Pure; docs/baselines.md tells the rules,
how they were fixed and what they are worth.
"""
