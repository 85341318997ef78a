"""Trees of formulas as text, for the tests of the reader."""

from proofs.notes.reading.tree import Node


def shown(node: Node) -> str:
    """A tree on one line: kind(args), names with their marks."""
    marks = "".join(f"_{shown(s)}" for s in node.subs) + "".join(f"^{shown(s)}" for s in node.sups)
    name = node.text if node.kind in ("name", "num") else node.kind
    inside = f"({', '.join(map(shown, node.args))})" if node.args else ""
    return name + marks + "'" * node.primes + inside
