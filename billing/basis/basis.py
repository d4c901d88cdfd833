"""In: a name. Out: the billing basis of a supply. Pure."""

from __future__ import annotations

from enum import StrEnum


class BillingBasis(StrEnum):
    """What of a channel is billed, a dated property of a supply in the contract."""

    INTERVALS = "intervals"
    """The usage of each interval, as folded from all accepted readings."""
    REGISTER = "register"
    """Billing reading to billing reading: exact, without a shape in time."""
    METER_TARIFF_REGISTERS = "meter_tariff_registers"
    """The meter's own registers of its tariff bands, and its values frozen at month's end."""
