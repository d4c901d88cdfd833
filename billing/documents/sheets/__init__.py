"""Papers made of blocks: what each kind says, in the reader's language."""
