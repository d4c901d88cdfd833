"""Pages of assured events and contingency plans."""
