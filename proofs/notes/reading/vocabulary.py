"""The commands of LaTeX that notes use, by what they are: functions, fonts, accents, products, relations, brackets."""

from __future__ import annotations

FUNCTIONS = {
    **{name: name for name in ("exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "log", "max", "min", "softmax")},
    **{"ln": "log", "sigmoid": "sigmoid", "relu": "relu", "ReLU": "relu", "diag": "diag", "Relu": "relu"},
    **{name: name for name in ("sec", "csc", "cot", "arcsin", "arccos", "arctan", "sech", "csch", "coth")},
    **{"sen": "sin", "tg": "tan", "ctg": "cot", "cotg": "cot", "arcsen": "arcsin", "arctg": "arctan"},
    **{"senh": "sinh", "tgh": "tanh", "sh": "sinh", "ch": "cosh", "Sp": "tr", "Spur": "tr", "erf": "erf"},
    **{"Sigmoid": "sigmoid", "Tanh": "tanh", "ReLu": "relu", "RELU": "relu"},
    **{"tr": "tr", "Tr": "tr", "trace": "tr", "det": "det", "sign": "sign", "sgn": "sign"},
}
NEGATED = ("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh")  # a sign behind them is of the argument: exp -x
FONTS = [
    "mathbf",
    "mathrm",
    "boldsymbol",
    "bm",
    "mathit",
    "mathsf",
    "mathcal",
    "vec",
    "overrightarrow",
    "mathbb",
    "operatorname",
    "mathop",
    "pmb",
    "mathscr",
    "mathnormal",
    "underline",
    "textbf",
    "mathtt",
    "mathfrak",
    "mathds",
    "bold",
    "Bbb",
]
ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde"}
ACCENTS = {**ACCENTS, "dot": "dot", "check": "check", "breve": "breve"}
GREEK = "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
GREEK += "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar infty"
PRODUCTS: dict[str, str] = {r"\cdot": "times", r"\times": "times", "*": "times", r"\odot": "hadamard", ".*": "hadamard"}
PRODUCTS = {**PRODUCTS, r"\circ": "circle", r"\ast": "times", "@": "times", r"\otimes": "outer", r"\bullet": "times"}
PRODUCTS = {**PRODUCTS, r"\bigodot": "hadamard"}
RELATIONS = {"=": "=", r"\equiv": "=", r"\triangleq": "=", r"\doteq": "=", r"\coloneqq": ":=", ":=": ":="}
RELATIONS = {**RELATIONS, r"\approx": "~", r"\simeq": "~", r"\leftarrow": ":=", r"\gets": ":=", "<-": ":="}
RELATIONS = {**RELATIONS, r"\Leftarrow": ":=", r"\propto": "prop", r"\cong": "~", r"\sim": "~"}
ORDERS = {"<": "<", ">": ">", r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=", r"\ne": "!=", r"\neq": "!="}
ORDERS = {**ORDERS, "<=": "<=", ">=": ">=", r"\lt": "<", r"\gt": ">", r"\leqslant": "<=", r"\geqslant": ">=", "=": "="}
JOINTS = ("+", "-", r"\cdot", r"\times", r"\odot", "*", ".*", "/")  # with which a line goes on
OPEN = {"(": ")", "[": "]", r"\{": r"\}", r"\lbrace": r"\rbrace", r"\lbrack": r"\rbrack", r"\langle": r"\rangle"}
NORMS = (r"\|", r"\lVert", r"\Vert")
EITHER_SIDE = ("|", r"\|", r"\Vert")
TRANSPOSES = ("T", r"\top", r"\intercal", r"\mathsf", r"\prime\top")
UPRIGHT = (r"\mathsf", r"\mathrm", r"\text", r"\rm", r"\mathbf", r"\mathit", r"\sf", r"\bf")
ENDS = {*OPEN.values(), "}", ",", ";", "&", ".", ":", "!"}
PROBABILITIES = ("P", "p", "Pr", "q", "Q", "hat p", "hat P")
NEVER_CALLED = frozenset(
    [
        "delta",
        "w",
        "W",
        "theta",
        "Theta",
        "alpha",
        "eta",
        "lambda",
        "X",
        "n",
        "m",
        "N",
        "M",
        "epsilon",
        "gamma",
        "beta",
        "b",
        "Delta",
        "i",
        "j",
        "k",
        "e",
    ]
)
MATRICES = ("bmatrix", "pmatrix", "matrix", "array", "smallmatrix", "Bmatrix")
NAMES = frozenset(GREEK.split())
CLOSERS = frozenset(
    (r"\rvert", r"\rVert", r"\rangle", r"\rbrace", r"\}", r"\rbrack", "|", r"\|", r"\vert", r"\Vert", r"\mid")
)
