"""What is looked after: the register of equipment, its papers, its planned maintenance."""
