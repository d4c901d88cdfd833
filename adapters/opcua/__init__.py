"""Values of meters behind an OPC UA server: nodes, profiles, client, source. An extra."""
