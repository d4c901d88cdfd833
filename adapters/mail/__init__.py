"""Mail: papers and notices handed to a server by SMTP."""
