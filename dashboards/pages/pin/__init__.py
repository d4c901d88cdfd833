"""The PIN by which a person acts at a desk, and screens bound by administrators."""
