"""E-invoices by EN 16931: our document as CII or UBL, inside a PDF/A-3."""
