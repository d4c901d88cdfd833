"""Reports of shifts, days and weeks: gathered, drawn, made by themselves, brought upward."""
