"""Questions of tenants to the billing office, and the answers."""
