"""Editions of reports of shift, day and week as people read them: cells, paper, workbook."""
