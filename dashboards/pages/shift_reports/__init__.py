"""Reports of shift, day and week: read, reviewed, sent upward; those of incidents written."""
