"""A derivation as a page of blocks, the same in every format: forward, notation, adjoints, gradients."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from types import MappingProxyType

from sympy import Expr, Integer

from derive.equation import Equation
from derive.index import Entry
from derive.pages.columns import Backpropagation, adjoint, four_equations, in_columns
from derive.pages.curvature_page import said_of
from derive.pages.derivative_names import first as first_of
from derive.pages.latex import Style, function_template
from derive.pages.matrices import Name, names_in, show
from derive.pages.recursion import Run, alike, number_of, relative, representative
from derive.pages.view import Block, Line, Options, View, view_of
from derive.pages.worked import Array, NoNumber, Numbers, numbers
from derive.pages.written import written
from derive.rules import RULES
from derive.short_adjoints import with_short_adjoints
from derive.steps import MODES, Proof, Section, Step
from derive.trees import walk

# What a phase of a proof is called for a reader; a rule named here is called so whatever its phase.
PHASES: Mapping[str, str] = MappingProxyType(
    {
        "differentiate": "local derivative",
        "definition": "definition",
        "contract": "contraction",
        "substitute": "substitution",
        "simplify": "cancellation",
        "assumption": "use of an assumption",
    }
)


def blocks(proof: Proof, style: Style, options: Options) -> list[Block]:
    """What is computed, what the signs mean, how each adjoint is derived, and the gradients."""
    view = view_of(proof, style, options)
    page = _Page(view, numbers(proof.program, options.at) if options.at is not None else None)
    return [block for block in page.blocks() if block.lines]


@dataclass(frozen=True)
class _Page:
    view: View
    numbers: Numbers | None

    def blocks(self) -> Iterator[Block]:
        """The page; of a second derivative that of the gradient first."""
        prior = self.view.proof.prior
        if prior is not None:
            *before, gradient = replace(self, view=replace(self.view, proof=prior)).blocks()
            yield from (*before, replace(gradient, title=ENDINGS[prior.mode]))
        else:
            runs = self.view.runs(self.view.proof.forward.equations)
            yield Block("Forward", [line for run in runs for line in self.stated(run)])
        yield from self.derived()

    def derived(self) -> Iterator[Block]:
        """What this proof adds to the one before it."""
        view, proof, options = self.view, self.view.proof, self.view.options
        derived = options.form != "matrix" and options.detail != "answer"
        known = {lemma.opening for lemma in proof.prior.slopes} if proof.prior is not None else set()
        slopes = [_slope(view, lemma) for lemma in proof.slopes if lemma.opening not in known] if derived else []
        yield Block("Notation", [*(_notation(view) if proof.prior is None else _given(view)), *slopes])
        if derived:
            yield from (self.family(first, others) for first, others in _families(proof, options))
        else:
            adjoints = view.runs([s.equation for s in proof.sections])
            yield Block(_part(proof), [line for run in adjoints for line in self.stated(run)])
        four = list(_backpropagation(view)) if options.layout == "columns" and proof.mode == "grad" else []
        yield Block("The four equations of backpropagation", four)
        said = {(line.left, line.right) for line in four}
        yield Block("What it is", list(said_of(view)) if proof.mode == "gauss_newton" else [])
        yield Block("Closed forms", [line for line in _closed_forms(view) if (line.left, line.right) not in said])

    def stated(self, run: Run) -> Iterator[Line]:
        yield self.view.stated(run)
        yield from self.worked(run.equation.rhs, run.equation)

    def worked(self, expr: Expr, equation: Equation) -> Iterator[Line]:
        """The expression with its numbers, and their value; nothing where a derivative is still to be carried out."""
        if self.numbers is None:
            return
        extents = self.view.proof.program.extents(equation.name)
        try:
            found = self.numbers.of(expr, equation.indices, extents)
        except NoNumber:
            return
        view = self.view
        if found.shape == () and expr.atoms(Entry) and not any(e.indices for e in expr.atoms(Entry)):
            yield Line("", _with_numbers(view, expr, self.numbers), "numbers put in")
        yield Line("", _array(view.style, found), "", "=" if _exact(found) else view.style.approx)

    def family(self, first: Section, others: Sequence[Section]) -> Block:
        """One adjoint derived, and those that are the same derivation in other names."""
        view, equation = self.view, first.equation
        lines = list(self.derivation(first))
        for run in view.runs([s.equation for s in others], least=2):
            line = view.in_indices(run)
            lines.append(replace(line, reason=f"likewise {line.reason}".strip()))
            lines += self.worked(run.equation.rhs, run.equation) if not run.numbers else []
        if view.options.form == "both" and view.options.detail == "full" and view.matrices(Run(equation)) is not None:
            lines.append(view.in_matrices(Run(equation), "in matrix form"))
        return Block(_title(view, first), lines, _part(view.proof))

    def derivation(self, section: Section) -> Iterator[Line]:
        """The definition, the chain rule, and a line for each step or phase; none that changes nothing."""
        view, equation = self.view, section.equation
        left = view.said(equation.lhs, equation)
        if view.options.detail == "full" and view.options.adjoints == "bar" and view.proof.mode == "grad":
            yield Line(left, view.slope_of(equation), "what the adjoint means")
            left = ""
        before = ""
        opening = (_opening_reason(view, section), section.opening)
        for reason, expr in (opening, *_kept(written(section), view.options.detail)):
            expr = self.without_output(expr)
            shown = view.said(expr, equation)
            if shown != before:
                yield Line(left, shown, reason)
                yield from self.worked(expr, equation)
            left, before = "", shown

    def without_output(self, expr: Expr) -> Expr:
        """The adjoint of the output is 1; only the full derivation says so line by line."""
        proof = self.view.proof
        kept = self.view.options.detail == "full" or proof.mode != "grad"
        return expr if kept else expr.xreplace({Entry(proof.forward.output.name + proof.forward.bar): Integer(1)})


def _title(view: View, section: Section) -> str:
    """What the section derives, by the name of its equation."""
    proof, of = view.proof, view.math(section.tensor)
    if not section.by:
        return f"{_part(proof).removesuffix('s')} of {of}"
    asked = next((pair for pair, name in proof.results.items() if name == section.equation.name), None)
    if isinstance(asked, tuple):
        return f"{_of_pairs(view)} by {' and '.join(map(view.math, dict.fromkeys(asked)))}"
    return f"{'Jacobian' if asked is not None else 'Derivative'} of {of} by {view.math(section.by)}"


def _of_pairs(view: View) -> str:
    """What a derivation has for each pair of tensors."""
    proof = view.proof
    if proof.mode == "hessian" and proof.prior is not None and proof.prior.mode == "jacobian":
        return f"Second derivative of {view.math(proof.prior.of[0])}"
    return "Gauss-Newton matrix" if proof.mode == "gauss_newton" else "Hessian"


# What the closed forms of a proof are called where another one follows.
ENDINGS: Mapping[str, str] = MappingProxyType(
    {"grad": "Gradient", "jacobian": "Jacobian", "hessian": "Second derivative"}
)
PARTS: Mapping[str, str] = MappingProxyType(
    {
        **{"jacobian": "Derivatives", "hessian": "Derivatives", "gauss_newton": "Gauss-Newton matrices"},
        **{"jvp": "Tangents", "hvp": "Tangents"},
    }
)


def _part(proof: Proof) -> str:
    """What the sections of a derivation are called together."""
    return PARTS.get(proof.mode, "Adjoints")


GOALS: Mapping[str, str] = MappingProxyType(
    {
        "grad": "Gradient of {of}",
        "vjp": "Vector-jacobian product of {of}",
        "jvp": "Jacobian-vector product of {of}",
        "jacobian": "Jacobian of {of} by {by}",
        "hessian": "Hessian of {of} by {by}",
        "hvp": "Hessian-vector product of {of}",
        "gauss_newton": "Gauss-Newton matrix of {of} by {by}",
    }
)


def title(proof: Proof) -> str:
    """What a derivation derives, for the head of a page: Jacobian of P by z."""
    return GOALS[proof.mode].format(of=first_of(proof).forward.output.name, by=", ".join(proof.wrt))


def _opening_reason(view: View, section: Section) -> str:
    if view.proof.mode == "gauss_newton":
        return "definition"
    if section.by and section.opening == 0:
        return f"it does not depend on {view.math(section.by)}"
    readers = [f.left.tensor for f in section.facts if f.kind == "forward"]
    if readers == [section.tensor]:
        return f"chain rule in the equation of {view.math(section.tensor)}"
    if readers:
        return f"chain rule through {', '.join(map(view.math, readers))}"
    own = section.tensor == view.proof.forward.output.name and view.proof.mode == "grad"
    return "the output itself" if own else "it does not influence the output"


def _phase(rule: str) -> str:
    return PHASES.get(rule) or PHASES.get(RULES[rule].phase, RULES[rule].phase)


def _called(phase: str, steps: Sequence[Step]) -> str:
    """Algebra that makes a line longer is no cancellation, nor is there a contraction without a delta."""
    before, after = (sum(1 for _ in walk(expr)) for expr in (steps[0].before, steps[-1].after))
    if phase == PHASES["simplify"] and after > before:
        return "multiplied out"
    deltas = any(step.rule == "contract delta" for step in steps)
    return phase if phase != PHASES["contract"] or deltas else "sums rearranged"


def _kept(steps: Sequence[Step], detail: str) -> Iterator[tuple[str, Expr]]:
    """Each step, or in brief the last one of each phase, with what was done."""
    if detail == "full":
        for step in steps:
            yield _reason(_called(_phase(step.rule), [step]), [step.rule]), step.after
        return
    for phase, run in groupby(steps, key=lambda step: _phase(step.rule)):
        group = list(run)
        rules = dict.fromkeys(step.rule for step in group if step.rule not in UNSAID)
        yield _reason(_called(phase, group), list(rules)), group[-1].after


UNSAID = ("constant", "entry", "algebra", "contract delta", "assumption")


def _reason(phase: str, rules: Sequence[str]) -> str:
    """The phase, and the rules that it applied where they say more: at most three, so that it stays a remark."""
    said = [rule for rule in rules if rule not in (phase, "algebra")]
    return f"{phase}: {', '.join(said[:3])}{', ...' if len(said) > 3 else ''}" if said else phase


def _families(proof: Proof, options: Options) -> list[tuple[Section, list[Section]]]:
    """Each form's first section with the others of that form; the output's own adjoint, 1, is no derivation."""
    found: dict[Hashable, tuple[Section, list[Section]]] = {}
    known: dict[int, Hashable] = {}
    for section in proof.sections:
        if section.tensor != proof.forward.output.name or options.detail == "full" or proof.mode != "grad":
            first = representative(section)
            if id(first) not in known:
                known[id(first)] = alike(first)
            key = known[id(first)] if options.at is None else section.equation.name
            found.setdefault(key, (section, []))[1].append(section)
    return [(first, members[1:]) for first, members in found.values()]


# ---------------------------------------------------------------- notation and slopes


def _notation(view: View) -> Iterator[Line]:
    """What a bar or a delta means, the extents, and which matrices are printed transposed."""
    proof, style = view.proof, view.style
    if view.options.adjoints == "bar" and proof.wrt and proof.mode == "grad":
        slope = style.slope % (style.tensor(proof.forward.output.name), style.tensor(proof.wrt[0]))
        yield Line(style.tensor(proof.wrt[0] + proof.forward.bar), slope, "what a bar means")
    yield from _given(view)
    for base in sorted(style.deltas):
        example = next(n for n in proof.forward.defined if n.rstrip("0123456789") == base)
        number = example.removeprefix(base)
        slope = style.slope % (style.tensor(style.output), style.tensor(example))
        yield Line(style.tensor(f"delta{number}"), slope, "the error of a layer")
    for symbol, (name, axis) in proof.forward.axis_of.items():
        shown = len(proof.forward.extents(name)) - axis if name in style.flipped else axis + 1
        yield Line(style.letter(symbol.name), view.words(f"size of axis {shown} of ") + style.tensor(name))
    for name in [n for n in proof.forward.parameters or proof.wrt if n in style.flipped][:1]:
        transposed = view.words("the program's ") + style.tensor(name) + view.words(", transposed")
        yield Line(style.tensor(name), transposed, "and so every matrix: an example is a column")


def _given(view: View) -> Iterator[Line]:
    """The directions and cotangents that a product with a derivative takes."""
    proof = view.proof
    for tensor in MODES[proof.mode].given(proof.forward, proof.wrt):
        what, ending = ("cotangent", proof.forward.bar) if proof.mode == "vjp" else ("tangent", proof.forward.dot)
        of = view.name(tensor.name.removesuffix(ending))
        yield Line(view.name(tensor.name), view.words(f"a {what}, given for ") + of)


def _slope(view: View, lemma: Section) -> Line:
    """f'(x), or the derivative of a function of more arguments or of a matrix by what it is derived by."""
    shown, (body, variable) = view.renderer(lemma.opening, lemma.equation.indices), lemma.opening.args
    left = shown.text(lemma.opening)
    if body.args == (variable,):
        left = function_template(lemma.tensor, view.style).replace(*view.style.prime, 1) % view.style.tensor("x")
    return Line(left, shown.text(lemma.equation.rhs), "slope, from the definition")


# ---------------------------------------------------------------- numbers


def _with_numbers(view: View, expr: Expr, found: Numbers) -> str:
    shown = {n: view.number(found.tensors[n].entries[()]) for n in {e.tensor for e in expr.atoms(Entry)}}
    style = replace(view.style, numbers=shown, times=view.style.dot)
    return replace(view, style=style).renderer(expr, ()).text(expr)


def _array(style: Style, found: Array) -> str:
    rows = [[style.number % _rounded(number) for number in row] for row in found.rows()]
    return rows[0][0] if found.shape == () else style.array(rows)


def _rounded(number: float) -> str:
    return f"{number:.6g}"


def _exact(found: Array) -> bool:
    return all(float(_rounded(number)) == number for number in found.entries.values())


# ---------------------------------------------------------------- the end of the page


def _closed_forms(view: View) -> Iterator[Line]:
    """Each gradient asked for, in matrix form unless `form` is "index", with short adjoints put in."""
    proof = view.proof
    say = view.in_indices if view.options.form == "index" else view.in_matrices
    for run in view.runs([proof.section(name).equation for name in proof.results.values()]):
        first, closed = say(run), with_short_adjoints(run.equation, proof)
        shown = say(Run(closed)) if closed.rhs != run.equation.rhs else first
        # The left side is said again where only one of the two lines has indices.
        together = shown.left == first.left and shown != first
        yield replace(first, right=view.equal(first.right, shown.right)) if together else first
        if shown.left != first.left:
            yield shown


def _backpropagation(view: View) -> Iterator[Line]:
    """BP1 to BP4; the layers that BP2, BP3 and BP4 are said of stand beside them once."""
    found: dict[Line, list[Backpropagation]] = {}
    for one in sorted(four_equations(view.proof, view.tree), key=lambda b: (b.number, number_of(b.tensor))):
        found.setdefault(_backpropagation_line(view, *_of_any_layer(view, one, [])), []).append(one)
    for members in found.values():
        numbers = [number_of(m.tensor) for m in members]
        together = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)) and not view.options.at
        for one in members[:1] if together else members:
            yield _backpropagation_line(view, *(_of_any_layer(view, one, numbers) if together else (one, None)))


def _of_any_layer(view: View, one: Backpropagation, numbers: Sequence[int]) -> tuple[Backpropagation, Run]:
    """The equation as seen from its own layer, and the layers of which it is said."""
    number = number_of(one.tensor)
    seen = {adjoint(one.tensor), one.tensor, *(name for side in one.sides for name in names_in(side))}
    names = {name: relative(name, number) for name in seen if number >= 0 and number_of(name) >= 0}
    run = Run(view.proof.adjoint(one.tensor), tuple(numbers), {new: old for old, new in names.items()})
    return one.renamed(names), run


def _backpropagation_line(view: View, said: Backpropagation, run: Run | None) -> Line:
    style = view.style_for(run)
    name = adjoint(said.tensor)
    trees = (in_columns(side, name, style.flipped) if style.flipped else side for side in said.sides)
    right = reduce(view.equal, (show(tree, style) for tree in trees))
    return Line(show(Name(name), style), right, f"{said.number} {run.said if run else ''}".strip())
