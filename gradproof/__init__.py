"""The face: the command line, one small file per command."""
