"""Papers on their way: printed by building and round, or sent by mail, with a receipt."""
