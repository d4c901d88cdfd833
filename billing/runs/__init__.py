"""Bill runs: opened, rated, reviewed, approved, issued, and looked at again."""
