"""The long-running programs (collect, project, jobs, web, simulate) and their supervisor."""
