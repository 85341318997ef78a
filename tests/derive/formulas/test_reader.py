"""Formulas in LaTeX: each is the program that a text states, or an error that shows what is unclear."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sympy
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from sympy import Expr, Symbol

import derive
from derive.equation import Program
from derive.formulas.reader import parse_latex
from derive.formulas.syntax import FUNCTIONS
from derive.functions import row_of
from derive.index import Reduce, canonical
from derive.pages.latex import render_equation

# A formula, and the text that says the same.
SAME = [
    # numbers, products, quotients
    (r"\frac{a}{b} + a/b", "f = 2*a/b"),
    (r"2xy", "f = 2*x*y"),
    (r"a \cdot b \times c * d", "f = a*b*c*d"),
    (r"\frac12 x + \tfrac{1}{3} + 0.5", "f = x/2 + 1/3 + 0.5"),
    (r"-a + b - (c - d)", "f = -a + b - (c - d)"),
    (r"a/b/c", "f = a/b/c"),
    (r"(a+b)(a-b)[a]\{b\}", "f = (a+b)*(a-b)*a*b"),
    (r"\lambda \, (a + b)", "f = lambda_*(a+b)"),
    (r"\pi r^2 + \infty", "f = pi*r**2 + inf"),
    (r"x^{10} + x^{a+1} + {x}^2", "f = x**10 + x**(a+1) + x**2"),
    (r"\sqrt{x} + \sqrt[3]{x} + \sqrt x", "f = 2*sqrt(x) + x**(1/3)"),
    (r"λ w^2 + \theta", "f = lambda_*w**2 + theta"),
    # functions
    (r"e^{-x} + \exp(y) + e^{2}", "f = exp(-x) + exp(y) + exp(2)"),
    (r"\log x + \ln(y) + \log\frac{a}{b}", "f = log(x) + log(y) + log(a/b)"),
    (r"\log x \log y + a \sin b", "f = log(x)*log(y) + a*sin(b)"),
    (r"\log\sum_j e^{z_j}", "f = log(sum[j](exp(z[j])))"),
    (r"\sin^2(x) + \cos^{2} x + \tanh\left(x\right) y", "f = sin(x)**2 + cos(x)**2 + tanh(x)*y"),
    (r"\sigma(z) (1 - \sigma(z)) + \sigma(z)^2", "f = sigmoid(z)*(1-sigmoid(z)) + sigmoid(z)**2"),
    (r"\log_2(x) + \log_{10} x + \arctan(x)", "f = log2(x) + log10(x) + atan(x)"),
    (r"\operatorname{relu}(x) + \mathrm{ReLU}(x) + \text{softplus}(x)^2", "f = 2*relu(x) + softplus(x)**2"),
    (r"\max(0, x) + \min\{a, b\} + \exp\left[x\right]", "f = max(0, x) + min(a, b) + exp(x)"),
    (r"|x| + \left|y\right|^2 + \lvert a + b \rvert |c|", "f = abs(x) + abs(y)**2 + abs(a+b)*abs(c)"),
    (r"\operatorname{pow}(x, T)", "f = pow(x, T)"),
    # sums and indices
    (r"\sum_{i=1}^{n} x_i^2", "input x[n]\nf = sum[i](x[i]**2)"),
    (r"\sum_i 2x_i y_i + c", "f = sum[i](2*x[i]*y[i]) + c"),
    (r"\sum_{i,j} W_{ij} + \sum_{kl} W_{k,l}", "f = sum[i,j](W[i,j]) + sum[k,l](W[k,l])"),
    (r"\sum_{i=1}^{n} \sum_{j=1}^{m} W_{ij}", "input W[n,m]\nf = sum[i](sum[j](W[i,j]))"),
    (r"\sum_{i=1}^{3} x_i", "input x[3]\nf = sum[i](x[i])"),
    (r"\prod_{i} p_i^{y_i} (1-p_i)^{1-y_i}", "f = prod[i](p[i]**y[i]*(1-p[i])**(1-y[i]))"),
    (r"\max_{j} x_j + \min_j(x_j) + \max\limits_{k} x_k y_k", "f = max[j](x[j]) + min[j](x[j]) + max[k](x[k]*y[k])"),
    (r"\frac{1}{n}\sum_{i=1}^{n} x_i + n", "f = sum[i](x[i])/size[x,0] + size[x,0]"),
    (r"\sum_{i=1}^{n} x_i + \sum_{k=1}^{n} y_k", "input x[n], y[n]\nf = sum[i](x[i]) + sum[k](y[k])"),
    (r"\sum_{i=1}^{n} i x_i", "input x[n]\nf = sum[i]((i+1)*x[i])"),
    (r"\sum_{i=0}^{n-1} i x_i", "input x[n]\nf = sum[i](i*x[i])"),
    (r"\sum_{i=1}^{n} x_i + \sum_{i=1}^{n-1} x_{i+1} x_i", "f = sum[i](x[i]) + sum[i: size[x,0]-1](x[i+1]*x[i])"),
    (r"\sum_{k=0}^{d} w_k \operatorname{pow}(x, k)", "f = sum[k](w[k]*x**k)"),
    (r"\sum_{k=0}^{2} x_{2 \cdot k}", "f = sum[k: 3](x[2*k])"),
    (r"\sum_{t,k} E_{w_t,k}", "f = sum[t,k](E[w[t],k])"),
    (r"z_i = \sum_j W_{ij} x_j + b_i", "z[i] = sum[j](W[i,j]*x[j]) + b[i]"),
    (r"p_k = \operatorname{softmax}_k(z_k)^2 y \, 3", "p[k] = 3*softmax[k](z[k])**2*y"),
    (r"\operatorname{mean}_{i}(x_i) + \operatorname{logsumexp}_{j}(x_j)", "f = mean[i](x[i]) + logsumexp[j](x[j])"),
    (r"\operatorname{logdet}(X) + \sum_i \operatorname{inv}(X)_{ii} y_i", "f = logdet(X) + sum[i](inv(X)[i,i]*y[i])"),
    # norms
    (r"\sum_j w_j + \|w\|^2 + \lVert w \rVert_2^2", "f = sum[j](w[j]) + 2*sum[j](w[j]**2)"),
    (r"\sum_j w_j v_j + \|w - v\|_1", "f = sum[j](w[j]*v[j]) + sum[j](abs(w[j]-v[j]))"),
    (r"\sum_{ij} W_{ij} + \|W\|_F", "f = sum[i,j](W[i,j]) + sqrt(sum[i,j](W[i,j]**2))"),
    # masks and cases
    (r"[x > 0] x + \mathbb{1}[a \le b] + \mathbb{1}_{a \ne b}", "f = (x > 0)*x + (a <= b) + (a != b)"),
    (r"y_i = \sum_{j=1}^{n} [j \le i] x_j x_i", "input x[n]\ny[i] = sum[j]((j <= i)*x[j]*x[i])"),
    (r"z_{ij} = \delta_{ij} x_i y_j", "z[i,j] = delta(i,j)*x[i]*y[j]"),
    (r"\sum_{k=1}^{K} [y = k] z_k", "input y, z[K]\nf = sum[k]((y == k+1)*z[k])"),
    (r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}", "f = where(x > 0, x, 0)"),
    (r"\begin{cases} x, & x \ge 0, \\ ax, & x < 0. \end{cases}", "f = where(x >= 0, x, a*x)"),
    (
        r"\begin{cases} 1 & x > 1 \\ x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
        "f = where(x > 1, 1, where(x > 0, x, 0))",
    ),
    # names
    (
        r"\hat{y} + \tilde{\mathrm{ab}} + x_{\text{new}} + \mathrm{learning\_rate}",
        "f = yhat + abtilde + x_new + learning_rate",
    ),
    (r"\sum_i \mathbf{x}_i \hat{y_i} + \sum_i \bar{z}_i", "f = sum[i](x[i]*yhat[i]) + sum[i](zbar[i])"),
    (r"w_0 + w_1 x + a_{12}", "f = w0 + w1*x + a12"),
    (r"z_i = \sum_j W^{(1)}_{ij} x_j + b_i^{(2)}", "z[i] = sum[j](W1[i,j]*x[j]) + b2[i]"),
    (r"\mathcal{L}(\theta) = \theta^2", "L = theta**2"),
    (r"z = wx \\ L = z(1-z)", "z = w*x\nL = z*(1-z)"),
    # what surrounds a formula
    (r"$x$", "f = x"),
    (r"$$ L = x. $$", "L = x"),
    (r"\( x \)", "f = x"),
    (r"\[ \begin{aligned} z &= x,\\[4pt] L &=\; z^2 \quad \end{aligned} \] % done", "z = x\nL = z**2"),
    (
        r"J(\theta) = -\frac{1}{m}\sum_{i=1}^{m} \left[ y_i \log(h_i) + (1-y_i)\log(1-h_i)\right]"
        r" + \frac{\lambda}{2m}\sum_{j=1}^{n}\theta_j^2",
        "input y[m], h[m], lambda_, theta[n]\n"
        "J = -sum[i](y[i]*log(h[i]) + (1-y[i])*log(1-h[i]))/size[y,0] + lambda_/2/size[y,0]*sum[j](theta[j]**2)",
    ),
]

# A formula, what is said of it, and the column.
REFUSED = [
    # two readings
    (r"1 + f(x+1)", "f(x+1): a product or a function? Write f \\cdot (x+1)", 5),
    (r"\lambda(x)", "a product or a function?", 1),
    (r"\mathrm{lr}(x)", "a product or a function?", 1),
    (r"\log x_i y_i", "is it \\log(x_i) y_i or \\log(x_i y_i)?", 1),
    (r"\log 2x", "is it \\log(2) x or \\log(2 x)?", 1),
    (r"\sin x / 2", "is it \\sin(x) / 2 or \\sin(x / 2)?", 1),
    (r"\log(x)^2", "is it \\left(\\log(x)\\right)^2 or \\log\\left((x)^2\\right)?", 1),
    (r"\max_j (x_j)^2", "is it \\left(\\max_j(x_j)\\right)^2 or \\max_j\\left((x_j)^2\\right)?", 1),
    (r"\sin^{-1}(x)", "the inverse function, or one over it?", 1),
    (r"a/b c", "is c below the line or beside it?", 5),
    (r"1/2 \cdot x", "is x below the line or beside it?", 11),
    (r"\sigma(x) + \sigma", "the sigmoid, or a factor?", 1),
    (r"e^{x} + e", "the exponential, or a power of e?", 1),
    (r"x^T y", "an exponent, a layer, or a transpose?", 3),
    (r"x^\top y", "a transpose", 2),
    (r"a^L_j", "an exponent, a layer, or a transpose?", 3),
    (r"x^1", "a power, or number 1 of several?", 1),
    (r"\sum_i y^i", "a power, or number i of several?", 8),
    (r"y_i = A_{ij}^{-1}", "an entry of the inverse, or one over the entry?", 7),
    (r"\prod_i x_i y", "where does \\prod_i end: is y inside it?", 1),
    (r"\max_j x_j / n", "where does \\max_j end", 1),
    (r"\frac{1}{n}\sum_i x_i", "is n how many terms the sum has, or a quantity?", 10),
    (r"\frac{\sum_i x_i}{2n}", "is n how many terms", 20),
    (r"\sum_i x_i / n", "is n how many terms", 14),
    (r"\sum_i i x_i", "does it count from 0 or from 1?", 8),
    (r"W_{1j}", "do places count from 0 or from 1, and is a comma missing?", 4),
    (r"\sum_{k=1}^{n} x_{2 \cdot k}", "do places count from 0 or from 1", 19),
    (r"\sum_{ij} x_{ij+1}", "is a comma missing?", 14),
    (r"\sum_{i=0}^{n} x_i + \sum_{i=1}^{n} x_i", "x counts from 1 here, and from 0 elsewhere", 37),
    (r"x_1 + \sum_i x_i", "an entry of x, or a quantity of its own?", 1),
    (r"x + \mathrm{x}", "would both be called x", 5),
    (r"x_1 + x^{(1)}", "would both be called x1", 7),
    (r"|a|b|c|", "this bar opens or closes", 5),
    (r"|a||b|", "|| is a norm", 3),
    (r"log(x)", "log: a product of letters, or a function?", 1),
    (r"x^23", "LaTeX takes the first digit of 23 alone", 3),
    # vectors without indices
    (r"\mathbf{w} x", "is written as a vector; give it its index", 1),
    (r"\vec{w}\cdot\vec{x}", "is written as a vector", 1),
    (r"\|w\|^2", "a norm is of names that have indices elsewhere", 1),
    (r"\sum_j w_j + \|w x\|", "a norm is of", 14),
    (r"\operatorname{softmax}(z)", "runs over no letter", 1),
    # what is missing or too much
    (r"\sum x_i", "\\sum runs over no letter; write \\sum_{i}", 1),
    (r"\sum_i", "has nothing to run over", 1),
    (r"\sum_{i=1} x_i", "where does it end?", 1),
    (r"\sum_i^n x_i", "where does it start?", 1),
    (r"\sum_{i=2}^{n} x_i", "a sum runs over i, or from i=0 or i=1", 7),
    (r"\sum_{j \ne i} x_j", "a condition is a factor", 7),
    (r"\sum_{i=1}^{\infty} x_i", "the upper limit is a name or a whole number", 13),
    (r"\sum_{i=1}^{0} x_i", "runs over nothing", 11),
    (r"\sum_{i=1}^{n} a", "no axis has n entries", 1),
    (r"\sum_{i=1}^{n+1} x_i + n", "nothing says what n is", 1),
    (r"\sum_{i=1}^{n} x_i + \sum_{i=1}^{3} x_i", "has extent 3 in \\sum_{i=1}^{3} but n in x_i", 37),
    (r"z = \sum_i x_i + y_i", "index i is neither on the left nor summed", 20),
    (r"\delta_{ij}", "index i is neither on the left nor summed", 9),
    (r"h_t = \tanh(h_{t-1} + x_t)", "h reads itself", 1),
    (r"f + 1", "called f, but f stands in it", 1),
    (r"2 3", "a number behind a factor", 3),
    (r"a \cdot", "a factor is missing beside \\cdot", 3),
    (r"\log + 1", "\\log has no argument", 1),
    (r"\operatorname{relu} x", "takes its arguments in brackets", 1),
    (r"\operatorname{frobnicate}(x)", "unknown function 'frobnicate'", 1),
    (r"\max(a, b, c)", "max takes 2 arguments", 1),
    (r"\log_3 x", "logarithms are to the base e, 2 or 10", 1),
    (r"\mathbb{1}", "needs its condition", 1),
    (r"[0 < x < 1]", "0 < x < 1 is two conditions", 8),
    (r"\begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}", "nothing says what holds otherwise", 28),
    (r"a = b = c", "each row holds one equation", 7),
    (r"z = x \\ + y", "of several rows each is an equation", 10),
    (r"x y = z", "left of = stands one name", 1),
    (r"x_1^2 = z", "left of = stands a name", 1),
    (r"L &= x^2 & \text{loss}", "& aligns equations", 10),
    (r"\begin{align} a &= b \end{aligned}", "\\begin{align} is ended by \\end{aligned}", 1),
    (r"\begin{pmatrix} a \end{pmatrix}", "environments are aligned", 1),
    (r"\frac{\partial L}{\partial w}", "\\partial is not understood; understood are \\log", 7),
    (r"x_1 + \dots + x_n", "\\dots is not understood", 7),
    (r"x'", "a prime is a derivative or a name of its own", 2),
    (r"\pi_k", "takes no index", 4),
    (r"(x", "ends too early", 3),
    (r"x)", ") cannot stand here", 2),
    (r"x!", "the character '!' is not part of a formula", 2),
    (r"x^{10^{99}}", "exponents up to 10000 are read", 1),
    (r"1/0", "this divides by zero", 1),
    (r"\mathrm{a+b}", "is no name; use letters and digits", 1),
]


def meaning(program: Program) -> tuple[object, ...]:
    """What two programs agree in: everything but the names of letters and extents."""
    axes = [(name, axis) for name in sorted(program.tensors) for axis in range(len(program.extents(name)))]
    sizes = dict.fromkeys(s for n, k in axes for s in program.extents(n)[k].free_symbols)
    order: dict[Expr, Expr] = {size: Symbol(f"extent{k}", integer=True, positive=True) for k, size in enumerate(sizes)}
    shapes = {(n, k): program.extents(n)[k].xreplace(order) for n, k in axes}
    keys = [(e.name, canonical(e.rhs.xreplace(order), e.indices)) for e in program.equations]
    return keys, shapes, {name: tensor.integer for name, tensor in program.tensors.items()}


def latex(program: Program) -> str:
    return " \\\\\n".join(map(render_equation, program.equations))


@pytest.mark.parametrize(("formula", "text"), SAME)
def test_means(formula: str, text: str) -> None:
    assert meaning(parse_latex(formula)) == meaning(derive.program(text))


@pytest.mark.parametrize(("formula", "said", "column"), REFUSED)
def test_is_refused(formula: str, said: str, column: int) -> None:
    with pytest.raises(derive.ParseError) as error:
        parse_latex(formula)
    assert said in str(error.value)
    assert (error.value.line, error.value.column) == (1, column), str(error.value)


def test_an_error_shows_its_line_and_a_caret() -> None:
    with pytest.raises(derive.ParseError) as error:
        parse_latex("z_i &= x_i y_i \\\\\nL &= \\sum_i g(z_i)")
    assert str(error.value).split("\n")[1:] == ["    L &= \\sum_i g(z_i)", "                ^"]


def test_extents_bear_the_names_that_sums_give_them() -> None:
    program = parse_latex(r"z_i = \sum_{j=1}^{d} W_{ij} x_j \\ L = \frac{1}{n} \sum_{i=1}^{n} z_i^2")
    assert {name: tuple(map(str, program.extents(name))) for name in program.tensors} == {
        "W": ("n", "d"),
        "x": ("d",),
        "z": ("n",),
        "L": (),
    }


def test_what_is_read_is_differentiated() -> None:
    program = parse_latex(r"L = \frac{1}{n} \sum_{i=1}^{n} \left(\sum_{j=1}^{d} X_{ij} w_j - y_i\right)^2")
    derivation = derive.grad(program, wrt=["w"])
    assert derivation.check()
    assert r"\bar{w}_{j} &= " in derivation.markdown("answer", form="index")


def test_every_function_that_a_command_names_is_read() -> None:
    for command, name in FUNCTIONS.items():
        assert meaning(parse_latex(rf"\{command}(x) + \{command} y")) == meaning(
            derive.program(f"f = {name}(x) + {name}(y)")
        )


def test_planted_a_changed_formula_means_something_else() -> None:
    said = [r"\sum_i x_i y_i", r"\sum_i x_i", r"\sum_{i,j} x_i y_j", r"\prod_i x_i y_i", r"\sum_i x_i y_{i+1}"]
    meanings = [meaning(parse_latex(formula)) for formula in said]
    assert all(one != other for k, one in enumerate(meanings) for other in meanings[:k])


# ---------------------------------------------------------------- what our own pages print


def leaves(letters: Sequence[str]) -> st.SearchStrategy[str]:
    plain = ["a", "b", "lambda_", "W1", "rate", "yhat", "2", "3", "1/3", "pi"]
    vectors = [f"x[{i}]" for i in letters] + [f"u2[{i}]" for i in letters]
    matrices = [f"M[{i},{j}]" for i in letters for j in letters]
    return st.sampled_from([*plain, *vectors, *vectors, *matrices])


def expressions(letters: Sequence[str], depth: int) -> st.SearchStrategy[str]:
    """Text of an expression in which these letters are bound."""
    if not depth:
        return leaves(letters)
    inner = expressions(letters, depth - 1)
    new = f"k{depth}" if depth > 2 else "pq"[depth - 1]
    body = expressions([*letters, new], depth - 1)
    two = st.tuples(inner, inner)
    heads = st.sampled_from(["exp", "sigmoid", "log", "tanh", "sin", "sqrt", "relu", "abs", "softplus", "log2"])
    made = [
        leaves(letters),
        *(two.map(lambda p, s=sign: f"({p[0]}) {s} ({p[1]})") for sign in "+-*/"),
        st.tuples(inner, st.sampled_from(["2", "3", "-1", "0.5", "a"])).map(lambda p: f"({p[0]})**({p[1]})"),
        st.tuples(heads, inner).map(lambda p: f"{p[0]}({p[1]})"),
        two.map(lambda p: f"max({p[0]}, {p[1]})"),
        st.tuples(inner, st.sampled_from(["<", "<=", ">", ">="]), inner, inner).map(
            lambda p: f"where({p[0]} + a {p[1]} b, {p[2]}, {p[3]})"
        ),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} - b > 0)*({p[1]})"),
        *(
            body.map(lambda b, h=head: f"{h}[{new}](({b})*x[{new}])")
            for head in ("sum", "sum", "prod", "max", "logsumexp", "mean")
        ),
    ]
    if letters:
        made.append(inner.map(lambda e: f"softmax[{letters[0]}]({e} + x[{letters[0]}])"))
    return st.one_of(made)


PROGRAMS = st.tuples(expressions(["i"], 2), expressions([], 3)).map(
    lambda p: f"z[i] = ({p[0]}) + x[i]\nL = {p[1]} + sum[i](z[i])"
)


def program_of(text: str) -> Program:
    """The program, if it is one and SymPy left all that its text says: x - x is 0, and sqrt(x**2) is its own |x|."""
    try:
        program = derive.program(text)
    except derive.ProgramError:  # 1/(2 - 2), or a comparison of constants
        reject()
    read = frozenset().union(*(e.reads for e in program.equations))
    bound = [node for e in program.equations for node in e.rhs.atoms(Reduce)]
    assume(not any(e.rhs.has(sympy.Abs) for e in program.equations))
    assume(read.issuperset(program.inputs) and all(node.body.has(*node.letters) for node in bound))
    # Of (u/x)*x the program keeps that u and x have one extent, which no formula of u says.
    formulas = [line for line in derive.to_text(program).splitlines() if not line.startswith("input ")]
    assume(meaning(derive.program("\n".join(formulas))) == meaning(program))
    return program


def promised(program: Program) -> bool:
    r"""Whether pages print this in one way only: no power of \log(x), no mean, no sum beside a quotient by a letter."""
    expressions = [node for e in program.equations for node in sympy.preorder_traversal(e.rhs)]
    powers = [p.base for p in expressions if isinstance(p, sympy.Pow)]
    rows = [row.name for row in map(row_of, powers) if row is not None]
    means = [node for node in expressions if getattr(node, "head", "") == "mean"]
    divided = [p for p in expressions if isinstance(p, sympy.Pow) and p.exp.is_number and p.exp.is_negative]
    return not means and not divided and not set(rows) & set(FUNCTIONS.values())


@given(PROGRAMS)
def test_our_own_pages_are_read_back_or_refused(text: str) -> None:
    program = program_of(text)
    try:
        again = parse_latex(latex(program))
    except derive.ParseError as error:
        assert not promised(program), f"{text}\n{latex(program)}\n{error}"  # noqa: PT017
        return
    assert meaning(again) == meaning(program), f"{text}\n{latex(program)}\n{derive.to_text(again)}"


def test_what_a_notebook_shows_is_read_back() -> None:
    program = derive.program("z[i] = sum[j](W1[i,j]*x[j]) + b[i]\nL = sum[i](max(z[i], 0) + where(z[i] > a, 1, z[i]))")
    shown = program._repr_latex_()
    assert shown.startswith("$$\n\\begin{aligned}\nz_{i} &= ")
    assert meaning(parse_latex(shown)) == meaning(program)
    assert program["z"]._repr_latex_() == shown.split(" \\\\\n")[0] + "\n\\end{aligned}\n$$"
    assert repr(program).split("\n")[0] == "z[i] = b[i] + Σ_j W1[i,j] x[j]"
