"""MathML as one more row of templates: presentation markup that a browser shows without help."""

from __future__ import annotations

from derive.pages.styles import GREEK_NAME, GREEK_SIGN, POWER, Style, layer, name_parts

NAMED = "<mrow><mi>%s</mi><mo>&#8289;</mo><mrow><mo>(</mo>%s<mo>)</mo></mrow></mrow>"
THIN = '<mo>&#8290;</mo><mspace width="0.17em"/>'
PRIME = '<mo lspace="0" rspace="0">′</mo>'
MARKS = {"bar": "¯", "bar2": "=", "bar3": "≡", "dot": "˙", "dot2": "¨", "dot3": "⃛"}


def _word(base: str) -> str:
    name = GREEK_NAME.get(base, "lambda" if base == "lambda_" else base)
    return f"<mi>{GREEK_SIGN.get(name, base)}</mi>"


def mathml_letter(name: str) -> str:
    """An index or an extent; its primes are operators, its number a subscript."""
    plain = name.rstrip("'")
    base, number, _ = name_parts(plain)
    shown = f"<msub>{_word(base)}<mn>{number}</mn></msub>" if number else _word(base)
    primes = PRIME * (len(name) - len(plain))
    return f"<mrow>{shown}{primes}</mrow>" if primes else shown


def mathml_tensor(name: str) -> str:
    """W1_bar: a bar over W, and the layer as a superscript in brackets."""
    base, number, marks = name_parts(name)
    shown = _word(base)
    for mark in marks:
        # As an accent the bar would touch the letter.
        shown = f'<mover>{shown}<mo stretchy="false">{MARKS.get(mark, mark[3:] + MARKS[mark[:3]])}</mo></mover>'
    return f"<msup>{shown}<mrow><mo>(</mo>{_number(number)}<mo>)</mo></mrow></msup>" if number else shown


def _number(number: str) -> str:
    if not number.startswith("@"):
        return f"<mn>{number}</mn>"
    offset = layer(number)[1:]
    return "<mi>l</mi>" + (f"<mo>{offset[0].replace('-', '−')}</mo><mn>{offset[1:]}</mn>" if offset else "")


def _entry(tensor: str, indices: list[str]) -> str:
    if not indices:
        return tensor
    short = all(index.count("<") == 2 for index in indices)
    under = "<mrow>" + ("" if short else "<mo>,</mo>").join(indices) + "</mrow>"
    if not tensor.startswith("<msup>") or tensor.startswith("<msup><mrow>"):
        return f"<msub><mrow>{tensor}</mrow>{under}</msub>"
    base, _, number = tensor.removeprefix("<msup>").removesuffix("</msup>").partition("<mrow>")
    return f"<msubsup>{base}{under}<mrow>{number}</msubsup>"


def _power(base: str, exponent: str) -> str:
    return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"


def _array(rows: list[list[str]]) -> str:
    inside = "".join("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in row) + "</mtr>" for row in rows)
    return f"<mrow><mo>[</mo><mtable>{inside}</mtable><mo>]</mo></mrow>"


def _operator(sign: str) -> str:
    return f"<mo>{sign}</mo>"


MATHML = Style(
    name="mathml",
    fraction="<mfrac><mrow>%s</mrow><mrow>%s</mrow></mfrac>",
    bracket="<mrow><mo>(</mo>%s<mo>)</mo></mrow>",
    power=_power,
    signs={
        **{"<=": "<mo>≤</mo>", ">=": "<mo>≥</mo>", "!=": "<mo>≠</mo>", "==": "<mo>=</mo>"},
        **{"<": "<mo>&lt;</mo>", ">": "<mo>&gt;</mo>", "oo": "<mi>∞</mi>", "-oo": "<mrow><mo>−</mo><mi>∞</mi></mrow>"},
        **{"pi": "<mi>π</mi>", "E": "<mi>e</mi>"},
    },
    functions={
        "sigmoid": NAMED % ("σ", "%s"),
        "exp": "<msup><mi>e</mi><mrow>%s</mrow></msup>",
        "sqrt": "<msqrt><mrow>%s</mrow></msqrt>",
        "abs": "<mrow><mo>|</mo>%s<mo>|</mo></mrow>",
        "logdet": f"<mrow><mi>log</mi><mo>|</mo>{NAMED % ('det', '%s')}<mo>|</mo></mrow>",
        "trace": NAMED % ("tr", "%s"),
    },
    function=NAMED,
    cases=(
        '<mrow><mo>{</mo><mtable><mtr><mtd class="left"><mrow>%s</mrow></mtd>'
        '<mtd class="left"><mtext>if&#160;</mtext><mrow>%s</mrow></mtd></mtr>'
        '<mtr><mtd class="left"><mrow>%s</mrow></mtd><mtd class="left"><mtext>otherwise</mtext></mtd></mtr>'
        "</mtable></mrow>"
    ),
    partial="<mfrac><mi>∂</mi><mrow><mi>∂</mi>%s</mrow></mfrac>%s",
    reduction="<munder>%s<mrow>%s</mrow></munder>%s",
    delta="<msub><mi>δ</mi><mrow>%s<mo>,</mo>%s</mrow></msub>",
    times=THIN,
    letter=mathml_letter,
    tensor=mathml_tensor,
    entry=_entry,
    mean="<mfrac><mn>1</mn><mrow>%s</mrow></mfrac><munder><mo>∑</mo><mrow>%s</mrow></munder>%s",
    cases_bind=POWER,
    slope="<mfrac><mrow><mi>∂</mi>%s</mrow><mrow><mi>∂</mi>%s</mrow></mfrac>",
    slope_bind=POWER,
    heads={"sum": "<mo>∑</mo>", "prod": "<mo>∏</mo>", "max": "<mo>max</mo>", "min": "<mo>min</mo>"},
    relation="%s%s%s",
    mask="<mrow><mo>[</mo>%s<mo>]</mo></mrow>",
    read="<msub><mrow>%s</mrow><mrow>%s</mrow></msub>",
    along="<mrow><msub>%s<mrow>%s</mrow></msub><mo>&#8289;</mo>%s</mrow>",
    under="<mo>,</mo>".join,
    stacked=True,
    math='<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">%s</math>',
    word=lambda name: f"<mi>{name.replace('_', ' ')}</mi>",
    raised="<msup",
    local="<mfrac><mrow><mi>∂</mi>%s</mrow><mrow><mi>∂</mi>%s</mrow></mfrac>",
    plus=_operator("+"),
    minus=_operator("−"),
    negative="<mrow><mo>−</mo>%s</mrow>",
    comma=_operator(","),
    listed=_operator(","),
    number="<mn>%s</mn>",
    dot=_operator("·"),
    approx="≈",
    d=_operator("∂"),
    nabla=_operator("∇"),
    inverse="<mrow><msup><mrow>%s</mrow><mrow><mo>−</mo><mn>1</mn></mrow></msup></mrow>",
    text=lambda words: f"<mtext>{words.replace(' ', '&#160;')}</mtext>",
    array=_array,
    prime=("</mi><mo>&#8289;</mo>", f"</mi>{PRIME}<mo>&#8289;</mo>"),
)
