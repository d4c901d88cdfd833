"""Small pieces of layout shared by the pages; pure."""
