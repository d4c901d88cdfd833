"""Price lists: their files, calendars, versions and publishing."""
