"""Names that a note gives to slopes: g = dL/dw = 2w says what dL/dw is, and J = [..] that an array is a Jacobian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from proofs.notes.reading.dots import COLUMN, ROW
from proofs.notes.reading.names import said
from proofs.notes.reading.rewrites import shorthand, whole_of
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.trials import Trial


def without_name(chain: Chain, done: Trial | None) -> tuple[Chain, str] | None:
    """What is said of a slope that only has a name beside, which nothing defines, and how a verdict says it."""
    head = plain(chain.members[0])
    name = plain(head.args[0]) if head.kind == "apply" else head
    named = name.kind == "name" and not name.primes and set(chain.signs) <= {"=", ":="}
    rest = chain.members[1:]
    plainly = named and len(rest) > 1 and _shortened(name, plain(rest[0]))
    if done is None or done.held or (done.fitting and not plainly) or not named or _defined(name, done.rules):
        return None
    whole = [slope for slope in [_of_entries(plain(rest[0]))] if slope] if len(rest) == 1 else []
    if not whole and (len(rest) < 2 or plain(rest[0]).kind not in SLOPES):
        return None
    members = (*whole, *rest)
    called = said(replace(name, subs=(), sups=())).replace("d ", "d")
    said_of = f"{called} is the name of {'the array' if whole else 'the slope'}"
    return replace(chain, members=members, signs=("=",) * (len(members) - 1)), said_of


def _shortened(name: Node, slope: Node) -> bool:
    """Whether dw names a slope by w: it says nothing more, whatever it is in a network that is guessed."""
    return shorthand(name) and slope.kind == "derivative" and slope.args[1:] == (whole_of(name),)


def names_only(chain: Chain, done: Trial | None) -> bool:
    """Whether g(x) = dJ/dx calls a slope a function that nothing else defines, be it one of a known name."""
    head = plain(chain.members[0])
    if done is None or len(chain.members) != 2 or head.kind != "apply" or head.args[0].kind != "name":
        return False
    name, slope = head.args[0], plain(chain.members[1])
    return not name.primes and slope.kind in SLOPES and not _defined(name, done.rules)


def _defined(name: Node, rules: Mapping[str, object]) -> bool:
    labels = "".join(f"_{said(sub)}" for sub in name.subs)
    return bool({name.text, name.text + labels} & rules.keys())


def _of_entries(table: Node) -> Node | None:
    """The gradient, the Jacobian or the Hessian whose entries these are."""
    body = table.args[0] if table.kind == "table" else table
    if body.kind != "derivative":
        return None
    of, *by = map(_whole, body.args)
    if (of, *by) == body.args:
        return None  # no index of a row or a column
    if len(by) == 2:
        return Node("nabla", (of, by[0]), "2") if by[0] == by[1] and of == body.args[0] else None
    jacobian = of != plain(body.args[0])
    return Node("derivative", (of, *by), r"\partial") if jacobian else Node("nabla", (of, *by))


def _whole(entry: Node) -> Node:
    """x, of x_i."""
    entry = plain(entry)
    return replace(entry, subs=tuple(sub for sub in entry.subs if sub.text not in (ROW, COLUMN)))


def says_what_delta_is(chain: Chain) -> bool:
    """delta = dC/da."""
    head, *others = map(plain, chain.members)
    return head.kind == "name" and head.text == "delta" and any(m.kind in SLOPES for m in others)
