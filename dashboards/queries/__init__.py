"""The only reads: ports with the scope first, frozen rows, one SQL adapter."""
