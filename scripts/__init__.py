"""Commands: parse, call, print, exit code; no logic lives here."""
