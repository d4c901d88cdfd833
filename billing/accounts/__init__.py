"""Who pays for what, from when: accounts and what a site file says of them."""
