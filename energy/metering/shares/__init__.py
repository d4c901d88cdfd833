"""Shares of common meters: keys by kind, division without a rest, dated versions. Pure."""
