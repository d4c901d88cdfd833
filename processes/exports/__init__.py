"""Usage and readings selected and written to files, block by block. I/O."""
