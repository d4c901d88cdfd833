"""Supply graphs: who feeds whom, what balances, what is lost, who is to blame. Pure."""
