"""What tenants ask and the office answers."""
