"""Networks of dense layers: backpropagation at any depth and widths under a loss, and one network as its instance.

Trusted: what `Network.statement` prints, and the definitions of run, smooth, weight_bar and the layers in `Networks.v`.
The loss and its adjoint by A are the library's, printed as those of any program. What is differentiated in the instance
is the output of the program itself, as it is printed: that it is the loss of such a list of layers is proved in Coq.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from derive.backprop import grad
from derive.derivation import Derivation
from derive.equation import Program, Tensor
from derive.losses import LOSSES
from derive.models import mlp
from derive.operations import rename
from derive.parse import parse
from derive.program_text import to_text
from proofs.certificates.claims import FOR_ANY_DEPTH, Claim, Gap, maker, word
from proofs.certificates.indexed.certificate import IndexedCertificate
from proofs.certificates.indexed.chains import HEADER, Chain
from proofs.certificates.indexed.polynomials import Unproved
from proofs.certificates.indexed.reading import Unsayable
from proofs.certificates.indexed.statements import HEADER as STATED
from proofs.certificates.indexed.statements import Said

READ = "From Gradproof Require Import Networks.\nFrom Coq Require Import List FunctionalExtensionality.\n"
# Layers before, one layer l, and layers behind it; how wide their output is, and the output.
ANY = """(n d : nat) (before rest : list layer) (l : layer) (X Y : nat -> nat -> R),
  let m := last_width d (before ++ l :: rest) in let A := run d (before ++ l :: rest) X in
"""
# The layers of Networks.v: what one says that has no weights, by its bias {0} or by none, and why.
SILENT: Mapping[str, tuple[str, str]] = {
    "sigmoid": ("/ 2", "sigmoid_0"),
    "tanh": ("0", "tanh_at_0"),
    "identity": ("{0}", "eq_refl"),
    "relu": ("1", "relu_1"),
}
BIASES: Mapping[str, str] = {"identity": "{0}", "relu": "1"}  # which such a layer has; the others 0
OFF_KINK = "split; [intros p q _ _; unfold Z{}; rewrite bsum_is_zero by (intros; ring); lra|]; "
# That a layer has its slope: of relu, where {0}, which the program's own equation has for what it takes, is not 0.
ANYWHERE = "intros; first [apply smooth_sigmoid | apply smooth_tanh | apply smooth_identity]"
OFF_0 = "intros p q ? ?; apply (smooth_off_0 _ _ _ _ _ p q ({0} p q)); [symmetry; unfold {1}layer_by_layer | auto]"
TRIES = (("(/ 2)", "1"), ("(/ 3)", "1"), ("2", "1"), ("(-1)", "(/ 3)"))  # a bias and a target


@dataclass(frozen=True)
class Network:
    """Widths from inputs to outputs (numbers or names of extents), an activation a layer, a loss of the library.

    `here` is the program that is said to be this network.
    """

    widths: tuple[str, ...]
    activations: tuple[str, ...]
    loss: str
    here: Said

    @cached_property
    def said(self) -> Said:
        """The loss of A and Y, by A."""
        row = LOSSES[self.loss]
        names = {v: f"{v}_of_A" for v in row.defined}
        lines = [rename(line, names) for line in row.lines()]
        return Said(grad(parse("\n".join(["input A[n,m], Y[n,m]", *lines, *row.assumes])), ["A"]))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(f"{kind}{k}" for k in range(1, len(self.widths)) for kind in "Wb")

    # ------------------------------------------------------------ statement

    def statement(self) -> str:
        """The whole statement: the loss, the theorem for lists of layers, and this network as an instance."""
        claims = [self.any_depth(), self.inhabited(), self.somewhere(), *map(self.claim, self.parameters)]
        return "\n".join([STATED, READ, *self.said.section(), *self.here.section(), *claims, ""])

    def supposed(self) -> list[str]:
        return list(self.said.hypotheses(self.said.applied_name))

    def kinks(self) -> Iterator[tuple[int, str]]:
        """Each layer of relu, and that nothing it takes is 0, as the program has it."""
        for k in (k for k, name in enumerate(self.activations, start=1) if name == "relu"):
            taken = self.here.applied(f"Z{k}")
            yield k, f"forall p q : nat, (p < n)%nat -> (q < {self.widths[k]})%nat -> 0 <> ({taken} p q)"

    def supposed_here(self) -> list[str]:
        return [*(said for _, said in self.kinks()), *self.supposed()]

    def cost(self, run: str, width: str = "m") -> str:
        return self.said.applied(self.said.output, {"A": f"({run})", "m": width})

    def cost_here(self, names: Mapping[str, str] = MappingProxyType({})) -> str:
        """The loss of this list of layers, parameters by their names or as given."""
        return self.cost(f"run {self.widths[0]} {self.layers(names=names)} X", f"{self.widths[-1]}%nat")

    @property
    def adjoint(self) -> str:
        return f"(fun A => {self.said.applied(self.said.bar('A'))})"

    def any_depth(self) -> str:
        """For layers before, one layer l, and layers behind it: the gradient by the weights and biases of l."""
        supposed = "".join(f"  ({h}) ->\n" for h in self.supposed())
        moved = "run d (before ++ with_{0} l ({1} ({0} l) {2} t) :: rest) X"
        at = f"n (last_width d before) l rest (run d before X) {self.adjoint}"
        weight, bias = moved.format("weight", "upd2", "p q"), moved.format("bias", "upd1", "q")
        return (
            f"Definition any_depth_is_right : Prop := forall {ANY}"
            f"{supposed}  smooth n d (before ++ l :: rest) X ->\n"
            "  (forall p q : nat, (p < last_width d before)%nat -> (q < width l)%nat ->\n"
            f"    is_derive (fun t : R => {self.cost(weight)}) (weight l p q) (weight_bar {at} p q)) /\\\n"
            "  (forall q : nat, (q < width l)%nat ->\n"
            f"    is_derive (fun t : R => {self.cost(bias)}) (bias l q) (bias_bar {at} q)).\n"
        )

    def inhabited(self) -> str:
        """That some network is as the theorem supposes."""
        supposed = " /\\\n  ".join(["smooth n d (before ++ l :: rest) X", *(f"({h})" for h in self.supposed())])
        return f"Definition supposed : Prop := exists {ANY}  {supposed}.\n"

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of what may be any number."""
        return tuple(dict.fromkeys(["n", *(w for w in self.widths if not w.isdigit())]))

    @property
    def variables(self) -> str:
        kinds = [f"({p} : nat -> {'nat -> ' if p[0] == 'W' else ''}R)" for p in self.parameters]
        return " ".join([f"({' '.join(self.sizes)} : nat)", "(X : nat -> nat -> R)", *kinds, "(Y : nat -> nat -> R)"])

    def layers(self, first: int = 1, end: int | None = None, names: Mapping[str, str] = MappingProxyType({})) -> str:
        """The list of layers from the first to before the end, parameters by their names or as given."""
        made = [f"{self.layer(k, names)} :: " for k in range(first, end or len(self.widths))]
        return f"({''.join(made)}nil)%list"

    def layer(self, k: int, names: Mapping[str, str] = MappingProxyType({})) -> str:
        weight, bias = (names.get(f"{kind}{k}", f"{kind}{k}") for kind in "Wb")
        return f"({self.activations[k - 1]}_layer {self.widths[k]} {weight} {bias})"

    def within(self) -> str:
        run = f"run {self.widths[0]} {self.layers()} X"
        return f"  let m := {self.widths[-1]}%nat in let A := {run} in\n"

    def somewhere(self) -> str:
        """That this network's inputs and parameters can be as its claims suppose."""
        supposed = " /\\\n  ".join(f"({h})" for h in self.supposed_here())
        return f"Definition somewhere_is_right : Prop := exists {self.variables},\n{self.within()}  {supposed}.\n"

    def claim(self, parameter: str) -> str:
        """Every entry of one parameter's gradient."""
        k, weights = int(parameter[1:]), parameter[0] == "W"
        supposed = "".join(f"  ({h}) ->\n" for h in self.supposed_here())
        places = "p q" if weights else "q"
        rows = f"(p < {self.widths[k - 1]})%nat -> " if weights else ""
        before = f"(run {self.widths[0]} {self.layers(end=k)} X)" if k > 1 else "X"
        bar = "weight_bar" if weights else "bias_bar"
        slope = f"({bar} n {self.widths[k - 1]} {self.layer(k)} {self.layers(k + 1)} {before} {self.adjoint} {places})"
        cost = self.here.applied(self.here.output, {parameter: self.moved(parameter)})
        return (
            f"Definition {parameter}_is_right : Prop := forall {self.variables},\n{self.within()}{supposed}"
            f"  forall {places} : nat, {rows}(q < {self.widths[k]})%nat ->\n"
            f"  is_derive (fun t : R => {cost}) ({parameter} {places}) {slope}.\n"
        )

    @staticmethod
    def moved(parameter: str) -> str:
        """One entry is t."""
        return f"(upd2 {parameter} p q t)" if parameter[0] == "W" else f"(upd1 {parameter} q t)"

    # ------------------------------------------------------------ proof

    def proof(self) -> str:
        """Untrusted: the loss along curves, the induction of Networks.v, and its instances."""
        chain = Chain(self.said)
        parts = [HEADER, READ, chain.along_curves(), self.gradient(), self.depth()]
        parts += [self.found(), self.found_here(), self.same(), self.smooth_here()]
        return "\n".join([*parts, *map(self.instance, self.parameters), ""])

    @property
    def held(self) -> str:
        return " ".join(f"h{k}" for k in range(len(self.supposed())))

    @property
    def unfolded(self) -> str:
        return ", ".join(self.said.name(n) for n in reversed(tuple(self.said.definitions)))

    def gradient(self) -> str:
        """The loss has its adjoint for gradient along every curve, whatever A is beyond its extents."""
        supposed = " ".join(f"({h}) ->" for h in self.supposed())
        unfold = f"unfold {self.unfolded}"
        return (
            f"Lemma loss_gradient n m (A Y : matrix) : {supposed} is_gradient n m {self.function} A"
            f" {self.said.applied(self.said.bar('A'))}.\n"
            f"Proof.\n  intros {self.held} c t D E M; subst A.\n"
            "  assert (G := gradient n m t (fun s => clip n m (c s)) (clip n m D) Y). cbv beta zeta in G.\n"
            f"  apply (is_derive_ext (fun s => {self.cost('clip n m (c s)')})); [intros; {unfold}; clipped|].\n"
            "  eapply D_eq; [apply G; first [assumption | apply clip_moves; exact M"
            f" | {unfold}; clipped_too]|].\n"
            f"  unfold paired; {unfold}; clipped.\nQed."
        )

    @property
    def function(self) -> str:
        return f"(fun A => {self.cost('A')})"

    def depth(self) -> str:
        given = f"n d before rest l X {self.function} {self.adjoint}"
        return (
            "Theorem any_depth_proved : any_depth_is_right.\nProof.\n"
            f"  cbv delta [any_depth_is_right]; intros n d before rest l X Y m A {self.held} S.\n"
            "  assert (E : run (last_width d before) (l :: rest) (run d before X) = A) by (symmetry; apply run_app).\n"
            "  assert (W : last_width (last_width d before) (l :: rest) = m) by (symmetry; apply last_width_app).\n"
            "  assert (G : is_gradient n (last_width (last_width d before) (l :: rest))"
            f" {self.function} (run (last_width d before) (l :: rest) (run d before X))"
            f" ({self.adjoint} (run (last_width d before) (l :: rest) (run d before X))))"
            " by (rewrite E, W; apply loss_gradient; assumption).\n"
            "  apply smooth_app in S. split; [intros p q; apply (weight_entry"
            f" {given} S G)|intros q; apply (bias_entry {given} S G)].\nQed."
        )

    def found(self) -> str:
        """One layer without weights says any number."""
        shown = "(identity_layer 1 (fun _ _ => 0) (fun _ => {0}))"
        return self.tried(
            "Theorem supposed_somewhere : supposed.\nProof. unfold supposed; ",
            f"exists 1%nat, 1%nat, nil, nil, {shown}, (fun _ _ => 0), {self.target('1')}; cbv zeta; "
            f"split; [smooth_layers|]; assert (E : run 1 (nil ++ {shown} :: nil) (fun _ _ => 0) = fun _ _ => {{0}})"
            f" by exact (silent 1 nil {shown} _ {{0}} eq_refl eq_refl); ",
        )

    def found_here(self) -> str:
        """This network without weights, and without biases but for the last."""
        said = dict(zip(self.parameters[1::2], (BIASES.get(a, "0") for a in self.activations), strict=True))
        given = {p: f"(fun _ => {said[p]})" if p in said else "(fun _ _ => 0)" for p in self.parameters}
        sizes = self.sizes
        widths = tuple("1" if w in sizes else w for w in self.widths)
        here = replace(self, widths=widths)
        last, d = len(widths) - 1, widths[0]
        value, why = SILENT[self.activations[-1]]
        first = [*("1%nat" for _ in sizes), "(fun _ _ => 0)", *given.values(), self.target(widths[-1])]
        parts = f"{d} {here.layers(end=last, names=given)} {here.layer(last, given)} (fun _ _ => 0)"
        silent = f"eq_trans (silent {parts} _ eq_refl eq_refl) (f_equal (fun c (_ _ : nat) => c) {why})"
        return self.tried(
            "Theorem somewhere_proved : somewhere_is_right.\nProof. unfold somewhere_is_right; ",
            f"exists {', '.join(first)}; cbv zeta; "
            f"assert (E : run {d} {here.layers(names=given)} (fun _ _ => 0) = fun _ _ => {value})"
            f" by exact ({silent}); {''.join(OFF_KINK.format(k) for k, _ in self.kinks())}",
        )

    def target(self, width: str) -> str:
        """One of TRIES, or what sums to 1 over the outputs."""
        return f"(fun _ _ => / {width})" if self.said.assumptions else "(fun _ _ => {1})"

    def tried(self, head: str, script: str) -> str:
        """The proof of an existence by the first of some constants."""
        unfold = ", ".join(self.said.name(n) for n in reversed(self.said.forward))
        end = f"try rewrite E; cbn [last_width app width identity_layer]; witness ltac:(unfold {unfold} in *)"
        tries = " | ".join(f"solve [{script.format(*pair)}{end}]" for pair in TRIES)
        return f"{head}first [{tries}]. Qed."

    def layered(self) -> str:
        """The program's own tensors are what the layers say, one after the other."""
        steps = []
        for k, activation in enumerate(self.activations, start=1):
            name = f"Z{k}" if activation == "identity" else f"A{k}"
            run = f"run {self.widths[0]} {self.layers(end=k + 1)} X"
            unfold = ", ".join(dict.fromkeys([name, f"Z{k}"]))
            steps.append(
                f"assert (E{k} : {self.here.applied(name)} = {run}) by (extensionality i; extensionality k;"
                f" unfold {unfold}; {self.equal(k)}layer_by_layer).\n"
            )
        return "  ".join(steps)

    @staticmethod
    def equal(k: int) -> str:
        """What layer k takes, as the layers before it say it."""
        return f"rewrite E{k - 1}; " if k > 1 else ""

    def smooth_here(self) -> str:
        """Each layer has the slope that it says, if no relu takes 0."""
        goals = dict.fromkeys(range(1, len(self.widths)), ANYWHERE)
        goals |= {k: OFF_0.format(self.here.applied(f"Z{k}"), f"Z{k}; {self.equal(k)}") for k, _ in self.kinks()}
        supposed = "".join(f"({said}) -> " for _, said in self.kinks())
        return (
            f"Lemma here_smooth : forall {self.variables}, {supposed}smooth n {self.widths[0]} {self.layers()} X.\n"
            f"Proof.\n  intros {self.sizes_and_inputs} {self.off}. {self.layered()}"
            f"  cbn [smooth]; {''.join(f'split; [{goal}|]; ' for goal in goals.values())}exact I.\nQed."
        )

    @property
    def off(self) -> str:
        return " ".join(f"off{k}" for k, _ in self.kinks())

    def same(self) -> str:
        """The program's output is the loss of this list of layers: layer by layer, then the loss."""
        equal = self.equal(len(self.widths))
        names = ", ".join(self.here.name(n) for n in reversed(self.here.forward) if n[0] not in "ZA")
        return (
            f"Lemma here_is_network : forall {self.variables}, {self.here.applied(self.here.output)} ="
            f" {self.cost_here()}.\nProof.\n"
            f"  intros {self.sizes_and_inputs}. {self.layered()}"
            f"  unfold {names}; {equal}unfold {self.unfolded}; same_loss.\nQed."
        )

    @property
    def sizes_and_inputs(self) -> str:
        return f"{' '.join(self.sizes)} X {' '.join(self.parameters)} Y"

    def instance(self, parameter: str) -> str:
        k = int(parameter[1:])
        given = f"n {self.widths[0]}%nat {self.layers(end=k)} {self.layers(k + 1)} {self.layer(k)} X Y {self.held}"
        part, places = ("proj1", "p q ? ?") if parameter[0] == "W" else ("proj2", "q ?")
        moved = self.cost_here({parameter: self.moved(parameter)})
        return (
            f"Theorem {parameter}_proved : {parameter}_is_right.\nProof.\n  cbv delta [{parameter}_is_right];"
            f" intros {self.sizes_and_inputs} ? ? {self.off} {self.held}.\n"
            f"  assert (S := here_smooth {self.sizes_and_inputs} {self.off}).\n"
            f"  intros {places}; apply (is_derive_ext (fun t => {moved}));"
            " [intros t; symmetry; apply here_is_network|].\n"
            f"  apply ({part} (any_depth_proved {given} S)); assumption.\nQed."
        )


def network(derivation: Derivation) -> Network | None:
    """The network that the library's `mlp` makes as this program, if it makes it."""
    program = derivation.forward
    depth = len(program.parameters) // 2
    named = tuple(f"{kind}{k}" for k in range(1, depth + 1) for kind in "Wb")
    if not depth or program.parameters != named or len(program.tensors.get("X", Tensor("X")).extents) != 2:
        return None
    widths = [str(program.extents("X")[1]), *(str(program.extents(f"b{k}")[0]) for k in range(1, depth + 1))]
    functions = tuple(_function(program, k) for k in range(1, depth + 1))
    if not set(functions) <= set(SILENT):
        return None
    sizes = [int(w) if w.isdigit() else w for w in widths]
    for loss in LOSSES:
        made = mlp(sizes, functions[0], loss, functions[-1])
        if to_text(made) == to_text(program):
            return Network(tuple(widths), functions, loss, Said(derivation))
    return None


def _function(program: Program, k: int) -> str:
    return str(program[f"A{k}"].rhs.func.__name__) if f"A{k}" in program.defined else "identity"


@maker("network", of=FOR_ANY_DEPTH)
def of_network(derivation: Derivation, label: str) -> Iterator[Claim]:
    """Backpropagation through dense layers at any depth, with the model as an instance."""
    found = network(derivation) if derivation.mode == "grad" else None
    if found is None:
        return
    name = word(f"{label}_any_depth")
    claim = f"{name}: dense layers of any number and widths with {found.loss}, and {', '.join(found.parameters)} here"
    try:
        proved = ("any_depth", "somewhere", *found.parameters)
        yield IndexedCertificate(name, claim, found.statement(), found.proof(), proved)
    except (Unsayable, Unproved) as why:
        yield Gap(name, claim, str(why)[:200])


__all__ = ["Network", "network", "of_network"]
