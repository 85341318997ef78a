"""Equations as loops over their letters: one pass for all that is elementwise, no array that a number can stand for."""
