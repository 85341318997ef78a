"""How findings in notes are shown: on the terminal, to programs, and beside the note."""
