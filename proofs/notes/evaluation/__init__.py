"""The values of formulas at a point, and what defines them."""
