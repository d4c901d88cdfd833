"""The sound of alerts: which screens were tested in this shift, the silence."""
