"""Tables that people fill in: workbooks and CSV files."""
