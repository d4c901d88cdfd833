"""Water, heat and gas meters that speak CJ/T 188: frames, units, profiles, client, source."""
