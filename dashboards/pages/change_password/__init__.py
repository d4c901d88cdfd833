"""The page on which a password is changed."""
