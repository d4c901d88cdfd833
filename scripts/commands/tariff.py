"""In: the verbs of `tariff`. Out: the group, put together of its parts. I/O: as the parts say."""

from __future__ import annotations

from scripts.commands.tariff_books import add_books
from scripts.commands.tariff_calendar import add_calendar
from scripts.commands.tariff_check import add_check
from scripts.commands.tariff_import import add_import
from scripts.commands.tariff_prices import add_prices
from scripts.commands.tariff_rate import rate
from scripts.commands.tree import group

app = group("tariff")
add_check(app)
add_books(app)
app.command()(rate)
add_import(app)
add_calendar(app)
add_prices(app)
