"""In: nothing. Out: the figures of the simulated airport, each with where it is from. Pure.

The bracket names the row of the project's table of credible figures (docs/decisions/
0031-airport-simulator.md repeats it); "chosen" is ours, within that table.
"""

from __future__ import annotations

from datetime import UTC, datetime

ORIGIN = datetime(2023, 12, 31, 16, tzinfo=UTC)
"""Monday 1 January 2024, 00:00 at the airport: every register's course begins here."""
ZONE = "Asia/Shanghai"
"""No summer time: a local hour is always a whole hour of UTC."""
CYCLE_HOURS = 52 * 168
"""The drivers repeat every 52 weeks, so that a Monday stays a Monday. [h]"""

TERMINAL_M2 = 500_000
"""[derived checks: a 500,000 m2 terminal, seven Chinese hubs]. [m2]"""
TERMINAL_MEAN_KW = 10_000
"""[derived checks: about 90 GWh/a, mean 10 MW; 177 kWh/(m2 a)]. [kW]"""
PASSENGERS_A_YEAR = 47_000_000
"""[per passenger: 1.90 kWh of the terminal's electricity each]. [person / a]"""
FLIGHTS_A_YEAR = 340_000
"""Chosen: about 138 passengers a movement. [flight / a]"""

MEAN_C = 21.8
"""Chosen: a port on the south coast; frost is unknown there. [degC]"""
YEAR_SWING_C = 7.6
DAY_SWING_C = 3.0
SPELL_C = 2.2
"""Standard deviation of warm and cold spells that last some days. [degC]"""
COLDEST_C, HOTTEST_C = 4.0, 38.5

COOLING_MEAN_KW = 12_500
"""[derived checks: HVAC 6 MW mean; cooling capacity measured 43-90 W/m2 at the highest]. [kW]"""
COP_BEST, COP_PER_C = 5.8, 0.045
"""Chosen: chillers with pumps and towers; every degree above 18 degC costs efficiency."""
HEATING_MEAN_KW = 1_600
"""Chosen: hot water all year, reheating in the short winter. [kW]"""
STEAM_MEAN_KG_H = 1_450
"""Chosen: flight catering, laundry, humidifiers. [kg / h]"""
STEAM_KJ_PER_KG = 2_680
"""Enthalpy of saturated steam at 6 bar above feed water of 20 degC. [kJ / kg]"""
BOILER_EFFICIENCY_PERMILLE = 920
GAS_KJ_PER_M3 = 35_900
"""Chosen: pipeline gas. [kJ / m3]"""
KITCHEN_GAS_L_H = 62_000
WATER_MEAN_L_H = 134_000
"""Chosen: 25 L a passenger, the airport's own use included. [L / h]"""
COOLING_WATER_SHARE = 0.16
"""Chosen: make-up of the cooling towers in the whole water. [1]"""
PV_PEAK_KW = 3_000
"""Chosen: roof of the car park; never more than the load of its busbar. [kW]"""

TRANSFORMER_IRON_W = 14_000
"""Chosen: no-load loss of one 20 MVA transformer. [W]"""
TRANSFORMER_LOAD_PERMILLE = 7
TRANSFORMER_VA = 20_000_000
TRANSFORMER_LOAD_LOSS_W = 430_000
"""Chosen: with it the curve of a load squared tells the same loss at a busbar's mean load, 6.5 MW.
At 20 MW, cables included. [W]"""
BOARD_LOSS_PERMILLE = 4
"""Chosen: cables and own use of a board, of what it passes on."""
PIPE_LOSS_PERMILLE = 25
"""Chosen: heat gained or lost between plant and building."""
LEAKAGE_PERMILLE = 30
"""Chosen: water that no meter below the main sees."""

NOISE = 0.16
"""[typical noise: hourly residual CV 10-30 % after weather and week pattern]. [1]"""
DAY_NOISE = 0.07
