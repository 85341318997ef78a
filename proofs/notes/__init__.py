"""Checks the derivative claims in notes: documents are read, formulas are judged, findings are reported."""
