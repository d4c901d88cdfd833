"""What is learned after the issue: proposals, credit notes, adjustments."""
