"""The pages of supply cases, of who leads them and of their applicants."""
