"""Reports of shift, day and week, and of assured events, as people read them."""
