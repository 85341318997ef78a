"""The shapes that a note's definitions allow."""
