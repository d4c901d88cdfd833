"""Heat, cooling and water meters that speak M-Bus: frames, records, units, profiles, source."""
