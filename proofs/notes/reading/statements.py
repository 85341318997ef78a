"""A formula as statements: rows and clauses, each a chain of members; a row that begins with = continues the last."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from lark import Token

from proofs.notes.reading import forms, limits, partials, tables
from proofs.notes.reading.alternatives import as_cases, on_one_line
from proofs.notes.reading.beside import claimed, columns, ended, followed, going_on, reasons, remark
from proofs.notes.reading.brackets import CLOSED, mended, without_asides
from proofs.notes.reading.completed import COMPLETED, completed, granted
from proofs.notes.reading.conditions import bounds, condition, for_values, leading, spoken
from proofs.notes.reading.differentials import without_differentials
from proofs.notes.reading.dots import without_dots
from proofs.notes.reading.expressions import with_quantities
from proofs.notes.reading.frames import unframed
from proofs.notes.reading.library import called_by_name
from proofs.notes.reading.operators import SHORT, short
from proofs.notes.reading.pointed import at_points
from proofs.notes.reading.primes import by_marks, by_the_left, of_functions
from proofs.notes.reading.quantified import for_which
from proofs.notes.reading.reader import Reader
from proofs.notes.reading.rewrites import angled, hessians, zero_last
from proofs.notes.reading.signs import increments
from proofs.notes.reading.telescopes import without_telescopes
from proofs.notes.reading.thin import THIN, without_blank, without_thin
from proofs.notes.reading.traces import without_powers
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import JOINTS, ORDERS, RELATIONS
from proofs.notes.reading.words import words

__all__ = ["NotUnderstood", "statements"]

TRANSPARENT = ("equation", "align", "aligned", "split", "gather", "gathered", "multline", "eqnarray", "alignat")
ARROWS = (r"\rightarrow", r"\to", r"\longrightarrow", "->")
THEREFORE = (
    r"\Rightarrow",
    r"\implies",
    r"\therefore",
    r"\Longrightarrow",
    r"\Longleftrightarrow",
    r"\iff",
    r"\Leftrightarrow",
    "=>",
    r"\because",
)
REMARKS = [
    "if",
    "for",
    "where",
    "and",
    "or",
    "when",
    "with",
    "similarly",
    "so",
    "then",
    "thus",
    "hence",
    "since",
    "or,",
    "i.e.",
    "as",
    "let",
    "otherwise",
    "note",
    "because",
]
FOREIGN = {
    **dict.fromkeys(("para", "pour", "f\u00fcr", "per"), "for"),
    **dict.fromkeys(("si", "se", "wenn", "falls", "cuando", "quando"), "if"),
    **dict.fromkeys(("donde", "o\u00f9", "wobei", "onde", "dove"), "where"),
    **dict.fromkeys(("mit", "avec", "con", "com"), "with"),
}
TAILS = (r"\in", r"\succeq", r"\forall", r"\succ")
UNRELATED = "a part without a relation beside one that has it"
JOINED = "what stands on two lines is one product"
Tokens = list[Token]
Found = list[tuple[list[Node], list[str], Node | None, list[Node]]]

REGISTERED = (forms, limits, partials, tables)  # they say how their forms are read


def statements(latex: str, before: Node | None = None) -> tuple[Chain, ...]:
    """The chains of a formula; a lone expression is a chain of one member. One that begins with = says it of `before`.

    >>> [len(chain.members) for chain in statements(r"a &= b \\\\ &= c, \\quad d = 1")]
    [3, 2]
    """
    try:
        return tuple(_read(as_cases(unframed(called_by_name(completed(words(latex))))), before))
    except RecursionError:
        raise NotUnderstood("nesting that is too deep") from None


def _read(tokens: Tokens, before: Node | None) -> Iterable[Chain]:
    """The chains; where a part claims nothing, a space in text mode is none, and commas may be thin spaces."""
    try:
        return _chains(tokens, before)
    except NotUnderstood as error:
        if str(error) != UNRELATED:
            raise
        spaced = without_blank(tokens)
        closer = without_thin(spaced)
        if len(closer) == len(tokens):
            raise
    said = (THIN,) if len(closer) < len(spaced) else ()
    return [replace(chain, said=(*chain.said, *said)) for chain in _chains(closer, before)]


def _chains(tokens: Tokens, before: Node | None) -> Iterable[Chain]:
    found: Found = []
    rows = list(_parted(tokens))
    for row, _ in rows:
        for clause, holds in _clauses(row):
            _add(found, clause, holds, before)
    said = tuple(_liberties(rows))
    chains = [
        _primed(Chain(tuple(members), tuple(signs), holds, said=said, bound=next(iter(bound), None)))
        for members, signs, holds, bound in found
    ]
    related = [chain for chain in chains if chain.signs]
    if related and len(related) < len(chains):
        raise NotUnderstood(UNRELATED)
    if any(map(_gathers, chains)):
        raise NotUnderstood("slopes that are added up, of what is not said")
    plainer = (without_powers(without_differentials(zero_last(hessians(angled(chain))))) for chain in chains)
    found_chains = (without_dots(without_telescopes(at_points(chain))) for chain in plainer)
    return [part for chain in found_chains for part in with_quantities(chain)]


def _primed(chain: Chain) -> Chain:
    return by_the_left(of_functions(by_marks(chain)))


def _gathers(chain: Chain) -> bool:
    """dW += a, in a loop: what dW is in the end depends on where the loop begins and ends."""
    left, right = chain.members[0], chain.members[-1]
    slope = left.kind in SLOPES or left.text.startswith("d ")
    return slope and chain.signs == (":=",) and right.kind == "add" and left in map(plain, right.args)


def _liberties(rows: Iterable[tuple[Tokens, bool]]) -> Iterable[str]:
    """What the reading takes for granted."""
    if any(lacked for _, lacked in rows):
        yield CLOSED
    members = [_members(clause)[0] for row, _ in rows for clause, _ in _clauses(row)]
    if any(_broken(member) for some in members for member in some[1:-1]):
        yield JOINED
    if any(map(short, itertools.chain.from_iterable(members))):
        yield SHORT
    if any(granted(row) for row, _ in rows):
        yield COMPLETED


def _parted(tokens: Tokens) -> Iterable[tuple[Tokens, bool]]:
    """The rows, then the reasons; what is said in brackets has no part in a chain that goes on after it."""
    parted = [reasons(on_one_line(for_which(claimed(row)))) for row in _rows(_unbraced(tokens))]
    kept = [*map(ended, going_on([row for row, _ in parted if row])), *(said for _, said in parted if said)]
    for row, goes_on in zip(kept, followed(kept), strict=True):
        yield mended(row if goes_on else without_asides(row))


def _add(found: Found, clause: Tokens, condition: Node | None, before: Node | None) -> None:
    """A clause that begins with a relation continues the chain before it."""
    members, signs = _members(increments(clause))
    if not members[0]:
        if not found and before is not None:
            found.append(([before], [], condition, []))
        if not found:
            raise NotUnderstood(f"{clause[0]} without a left side")
        found[-1][0].extend(Reader(m).whole() for m in members[1:])
        found[-1][1].extend(signs)
        found[-1][3].extend(bounds(clause))
        return
    read = [Reader(m).whole() for m in members]
    if any(str(token) in ARROWS for token in clause) and len(read) == 2 and all(map(_quantity, read)):
        raise NotUnderstood("an arrow from one quantity to another")
    found.append((read, signs, condition, list(bounds(clause))))


def _quantity(node: Node) -> bool:
    """A name or a slope: delta^l -> delta^{l-1} says what is worked out next."""
    return plain(node).kind == "name" or plain(node).kind in SLOPES


def _unbraced(tokens: Tokens) -> Tokens:
    """Equations below each other with one brace before all of them are no cases of one."""
    ends = [n for n, token in enumerate(tokens) if token.type in ("BEGIN", "END")]
    whole = ends == [0, len(tokens) - 1] and "{cases}" in tokens[0] and "{cases}" in tokens[-1]
    inside = tokens[1:-1] if whole else []
    rows = [list(row) for is_row, row in itertools.groupby(inside, lambda t: t.type == "ROW") if not is_row]
    equations = all("&" not in row and any(str(t) in RELATIONS for t in row) for row in rows)
    return inside if whole and len(rows) > 1 and equations else tokens


def _broken(member: Tokens) -> bool:
    """Whether a new line begins in the middle of a member, and not at a sign."""
    pairs = itertools.pairwise(member)
    return any(
        a.line != b.line and a not in JOINTS and b not in JOINTS for a, b in pairs if _operand(a) and _operand(b)
    )


def _operand(token: Token) -> bool:
    return str(token) in ("}", ")", r"\frac") or token.type in ("LETTER", "NUMBER")


def _rows(tokens: Tokens) -> list[Tokens]:
    kept = [t for t in tokens if not _transparent(t)]
    rows: list[Tokens] = [[]]
    kept = list(_without_stray_commas(kept))
    for token, depth in _depths(_without_odd_braces(kept), braces=True):
        if token.type == "ROW" and depth == 0:
            rows.append([])
        else:
            rows[-1].append(token if token != "&" or depth else Token("COLUMN", "&"))
    joined: list[Tokens] = []
    for row in filter(None, map(columns, rows)):
        if joined and str(row[0]) in JOINTS:
            joined[-1] += row
        else:
            joined.append(row)
    return joined


def _without_stray_commas(tokens: Tokens) -> Iterable[Token]:
    """w_j,_i is w_{j,i}."""
    for n, (token, depth) in enumerate(_depths(tokens, braces=True)):
        if not (token == "," and depth == 0 and n + 1 < len(tokens) and tokens[n + 1] == "_"):
            yield token


def _without_odd_braces(tokens: Tokens) -> Tokens:
    r"""Repeat \lbrace ... \rbrace is a frame around rows; the pair does not group anything."""
    opened, closed = (tokens.count(Token("COMMAND", brace)) for brace in (r"\lbrace", r"\rbrace"))
    framed = opened != closed or (opened and any(t.type == "ROW" for t in tokens))
    return [t for t in tokens if str(t) not in (r"\lbrace", r"\rbrace")] if framed else tokens


def _transparent(token: Token) -> bool:
    if token.type not in ("BEGIN", "END"):
        return False
    return token[token.index("{") + 1 : token.index("}")].rstrip("*") in TRANSPARENT


def _depths(tokens: Tokens, braces: bool = False) -> Iterable[tuple[Token, int]]:
    """Each token with how many brackets are open around it."""
    opening, closing = (("{",), ("}",)) if braces else (OPENING, CLOSING)
    depth = 0
    for token in tokens:
        opens, closes = token.type == "BEGIN" or token in opening, token.type == "END" or token in closing
        depth = max(depth - closes, 0)
        yield token, depth
        depth += opens


OPENING, CLOSING = ("{", "(", "[", r"\{", r"\langle"), ("}", ")", "]", r"\}", r"\rangle")


def _clauses(row: Tokens) -> Iterable[tuple[Tokens, Node | None]]:
    """The parts of a row between commas, words and arrows; a condition goes to the part before it, or first to all."""
    before, row = leading(row)
    parts: list[Tokens] = [[]]
    heads = [""]
    for token, depth in _depths(row):
        said = _separates(token, parts[-1]) if depth == 0 else None
        if said is None:
            parts[-1].append(token)
        else:
            parts.append(spoken(token) if said in ("if", "when") else [])
            heads.append(said)
    yield from ((part, holds or before) for part, holds in _with_conditions(parts, heads))


def _with_conditions(parts: list[Tokens], heads: list[str]) -> Iterable[tuple[Tokens, Node | None]]:
    kept: list[tuple[Tokens, Node | None]] = []
    dropping = False
    for part, head, after in zip(parts, heads, [*parts[1:], []], strict=True):
        if kept and part and (head in ("if", "when") or for_values(part, head, after)):
            kept[-1] = kept[-1][0], condition(part)
        elif part and (remark(part, head if kept else "") or _only_words(part)):
            continue
        elif head == "for" or (dropping and head == ","):
            dropping = True
        elif part and not (part[0].type == "SIGN" and str(part[0]) == "." and len(part) == 1):
            dropping = False
            kept.append((part, None))
    return kept


def _only_words(part: Tokens) -> bool:
    return all(token.type == "TEXT" or token in ("(", ")", "[", "]") for token in part)


def _separates(token: Token, before: Tokens) -> str | None:
    text = str(token)
    if token.type == "TEXT" and before and str(before[-1]) in JOINTS:
        return None  # w - \text{step size} g
    if token.type == "TEXT":
        said = text[text.index("{") + 1 : -1].strip().lower()
        first = said.split(" ")[0].rstrip(",:")
        first = FOREIGN.get(first, first)
        return first if first in REMARKS or " " in said or not said.isalnum() else None
    if token.type == "QUAD":
        return "quad"
    if text in ARROWS:
        simple = before and not any(str(t) in RELATIONS for t in before)
        return None if simple else "arrow"
    if text in (",", ";"):
        return ","
    if text == "." or text in THEREFORE:
        return "then"
    return None


def _members(clause: Tokens) -> tuple[list[Tokens], list[str]]:
    members: list[Tokens] = [[]]
    signs: list[str] = []
    for token, depth in _depths(clause):
        text = str(token)
        if depth == 0 and text in TAILS and signs:
            break
        if depth == 0 and (text in RELATIONS or text in ARROWS):
            signs.append(RELATIONS.get(text, ":="))
            members.append([])
        elif depth == 0 and text in ORDERS and signs:
            break  # a bound
        elif depth == 0 and text in ORDERS:
            raise NotUnderstood(f"the relation {text}")
        else:
            members[-1].append(token)
    if any(not m for m in members[1:]):
        raise NotUnderstood("nothing after a relation")
    return members, signs
