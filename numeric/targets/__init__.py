"""What compiled code may be written for: one row a target, its tables, and the helpers that its code calls."""
