"""Meterline beside BEMServer-core, a Python library for the same meters, on one machine. I/O.

    scripts/bench beside --peer FOLDER --install     # makes the peer's own environment, then runs
    scripts/bench beside --peer FOLDER               # the next time

What is compared
    Both sides store in one PostgreSQL server with the product's settings (`fsync`,
    `full_page_writes`, `synchronous_commit` on), each in its own database or schema, over the same
    unix socket; every transaction is committed. The peer runs as its users run it: its own
    process, its own virtual environment outside the project, its public functions, with the
    compiled psycopg. It needs no extension: the version compared does not use TimescaleDB.
Meters
    100 counters read every 15 minutes for a year, whole watt-hours, a load that follows the hour.
    Meterline takes counts of a register. The peer takes the same counts as floats, and for its
    sums the energy of each 15 minutes, which is what it sums; we make that for it, untimed.
Append
    20,000 readings a transaction on both sides. Ours: columns are encoded, hashed, accepted
    (4 batches of 5,000). The peer's: `tsdio.set_timeseries_data` on a DataFrame and a commit, its
    quickest way in (CSV and JSON end in the same function).
    `beside-append-views` adds on our side alone that every view and rollup has caught up.
Hours
    Both end in a DataFrame of hours x meters. Ours: `read_spans` over the view of usage, or the
    rollup `usage_hour`. The peer's: `tsdio.get_timeseries_buckets_data(..., 1, "hour", "sum")`,
    which sums raw rows, or `energyindex2energy` where it starts from a register as we do. Before
    the first round the two tables must be equal, number by number.
Outage
    A register is not read for six hours and counts on: what each side says the week used.
"""
