"""Files and a program that an office is given: a bank's mapping, rules, a tariff, a card writer."""

from __future__ import annotations

MAPPING = """schema_version = 1
id = "airport_bank"
title = "Bank of the airport"
file = "csv"
kind = "bank"
number = "plain"
[time]
columns = ["day"]
format = "local"
pattern = "%Y-%m-%d"
zone = "Asia/Shanghai"
[bank]
account = "6222000012345678"
currency = "CNY"
amount = "amount"
payer = "payer"
told = ["told"]
reference = "reference"
"""
RULES = """[[level]]
days = 7
pay_within = 10
text = { en = "Please pay within ten days.", zh = "请在十日内缴清。" }
fee = "20.00"
"""
CARD_TARIFF = """tariff = "airport-card"
version = 1
valid_from = 2026-01-01
utility = "electricity"
currency = "CNY"
zone = "Asia/Shanghai"
clock = "local"
unit = "kWh"
[name]
en = "Card electricity"
zh = "卡表电费"
[tax]
mode = "inclusive"
rate = "0.13"
rounding = "per_rate"
[rounding]
line = 2
quantity = 2
[[charge]]
id = "E"
kind = "energy"
price = "0.92"
"""
PROGRAM = "import sys\nprint('token 4711')\nsys.exit(0)\n"
"""Says that a card was written."""
