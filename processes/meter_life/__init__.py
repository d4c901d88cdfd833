"""A meter's life as the office states it: resets, moves, corrections, papers due. I/O."""
