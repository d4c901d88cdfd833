"""Equipment: the register, one piece, what is due of it, the plans of its maintenance."""
