"""Take-over from another billing system: workbook, control totals, parallel run, release."""
