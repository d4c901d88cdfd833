"""What tenants ask, complain of and dispute: requests, call-backs, articles, figures."""
