"""In: nothing. Out: a file with the steps of all kinds of supply cases. Pure."""

FILE = """
valid_from = 2018-01-01

[hours]
week = { mon-fri = ["08:00-12:00", "13:00-17:00"] }

[new_supply]
application = { within_min = 480, counting = "working_hours" }
survey = { within_min = 2400, counting = "working_hours" }
quotation = { within_min = 1440, counting = "working_hours" }
contract = { within_min = 2400, counting = "working_hours" }
work = { within_min = 4800, counting = "working_hours" }
commissioning = { within_min = 960, counting = "working_hours" }
first_bill = { within_min = 57600, counting = "round_the_clock" }

[capacity_change]
application = { within_min = 480, counting = "working_hours" }
survey = { within_min = 2400, counting = "working_hours" }
contract = { within_min = 2400, counting = "working_hours" }
commissioning = { within_min = 960, counting = "working_hours" }

[transfer]
application = { within_min = 480, counting = "working_hours" }
contract = { within_min = 2400, counting = "working_hours" }
handover = { within_min = 480, counting = "working_hours" }
final_bill = { within_min = 4800, counting = "working_hours" }
first_bill = { within_min = 57600, counting = "round_the_clock" }

[suspension]
application = { within_min = 480, counting = "working_hours" }
disconnection = { within_min = 1440, counting = "round_the_clock" }
terms = { within_min = 480, counting = "working_hours" }

[closure]
application = { within_min = 480, counting = "working_hours" }
last_reading = { within_min = 2400, counting = "working_hours" }
final_bill = { within_min = 4800, counting = "working_hours" }
"""
