"""What goes into a gate of a recurrent cell, for which notes have letters that they do not define."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.namesakes import bare

STEP = Node("name", text="t")


def with_inputs(chain: Chain, rules: Sequence[Rule]) -> tuple[Chain, list[Rule], tuple[str, ...]]:
    """a_f, of which the note says nothing, is what goes into the gate f_t; the claim, the rules and how it is said."""
    known = {n.text for rule in rules for n in rule.body.walk() if n.kind == "name"}
    names = {n for m in chain.members for n in m.walk() if n.kind == "name" and len(n.subs) == 1}
    found, said = list(rules), list[str]()
    for name in sorted((name for name in names if name.text not in known), key=repr):
        gate = next((rule for rule in found if _same(_gate_of(rule), name.subs[0].text)), None)
        if gate is not None:
            key = f"{name.text}_{name.subs[0].text}"
            found = [rule for rule in found if rule.base != gate.base] + _parted(gate, name, key)
            chain = replace(chain, members=tuple(_stepped(m, name) for m in chain.members))
            said.append(f"{key} is what goes into the gate {_gate_of(gate)}")
    return chain, found, tuple(said)


def _same(gate: str, letter: str) -> bool:
    return gate != "" and bare(gate)[1] == bare(letter)[1]


def _parted(gate: Rule, name: Node, key: str) -> list[Rule]:
    """What goes into a gate, and the gate by that."""
    head, inside = plain(gate.body).args
    here = replace(name, subs=(*name.subs, STEP), sups=())
    return [Rule(f"{key}_t", inside), replace(gate, body=Node("apply", (head, here), "("))]


def _gate_of(rule: Rule) -> str:
    """f of f_t = sigma(..), empty of all else."""
    body = plain(rule.body)
    called = body.kind == "apply" and len(body.args) == 2 and body.args[0].text in (*BUILT_IN, *FUNCTIONAL)
    return rule.base.removesuffix("_t") if called and rule.base.endswith("_t") and not rule.params else ""


def _stepped(node: Node, name: Node) -> Node:
    node = node.over(lambda part: _stepped(part, name))
    same = node.kind == "name" and node.text == name.text and node.subs == name.subs
    return replace(node, subs=(*node.subs, STEP)) if same else node
