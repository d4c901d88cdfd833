-- Quantities one can put in a contract: what is validated, reviewed, estimated, computed, shared.

-- review: what people decide about doubtful values

-- estimates: how they came to be, what superseded them

-- meter life: calibration, accuracy, certificates, what is due

-- computed channels: formulas and their versions

-- places and supply: dated moves, ties, losses

-- shares: tenants, cost centres, production lines, shifts, apportionment

-- plans and notes

-- completeness

-- grants
