"""Views: tables folded from the journal, one file a view."""
