"""From usage and a tariff version to charge lines and tax."""
