"""Who is on duty: roster, leave, stand-ins, shift log, handover."""
