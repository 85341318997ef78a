"""From a formula to what may be said of it."""
