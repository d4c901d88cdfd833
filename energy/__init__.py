"""The domain, the journal and the views; imports no other top-level folder."""
