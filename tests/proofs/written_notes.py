"""Notes as they are written, in every format: what marks a formula, and what looks like one."""

from __future__ import annotations

import json

MARKED = {
    "dollars": ("a $x$ b", ["x"]),
    "a space inside": ("$ J = y$", ["J = y"]),
    "two dollars": ("$$f(x)$$ is a function", ["f(x)"]),
    "on lines of their own": ("$$\nf(x)\n\n= y\n$$\n", ["f(x)\n\n= y"]),
    "brackets": (r"\(x\) and \[y\]", ["x", "y"]),
    "doubled, as Jekyll needs": (r"\\(x\\) and \\[y \\\\\ z\\]", ["x", r"y \\\\\ z"]),
    "an environment": ("\\begin{equation}\nx = y\n\\end{equation}", ["x = y"]),
    "an environment in dollars": ("$$\\begin{equation}\nx \\tag{1}\n\\end{equation}$$", [r"x \tag{1}"]),
    "a fence": ("```math\nx\n```\n", ["x"]),
    "a fence of MyST": ("```{math}\nx\n```\n", ["x"]),
    "a fence in a list": ("- a\n\n  ```math\n  x\n  ```\n", ["x"]),
    "rows of a fence": ("```math\na = b\\\\\nc = d\n```\n", ["a = b", "c = d"]),
    "GitLab": ("$`x`$ and $`y`$", ["x", "y"]),
    "code that is a formula": ("the input, `$X$`", ["X"]),
    "a matrix": (r"\begin{bmatrix} 1 & 2 \end{bmatrix}", [r"\begin{bmatrix} 1 & 2 \end{bmatrix}"]),
    "dollars closed too early": (
        "$$f = $$\\begin{bmatrix} 1 \\end{bmatrix}\n",
        ["f = $$\\begin{bmatrix} 1 \\end{bmatrix}"],
    ),
    "a shortcode": (r"{{< katex >}}x^2{{< /katex >}}", ["x^2"]),
    "a shortcode around dollars": (r"{{< math >}}$x^2${{< /math >}}", ["x^2"]),
    "a tag of Jekyll": ("{% katex %}x{% endkatex %}", ["x"]),
    "a script of MathJax": ('<script type="math/tex; mode=display">x</script>', ["x"]),
    "a list item": ("- update $w$ (n)\n", ["w"]),
    "a table": ("| $x$ | $y$ |", ["x", "y"]),
    "a line without marks": ("y = g(z);\\\nwhere g", ["y = g(z)"]),
    "a footnote": ("[^1]: so\n\n    $x$\n", ["x"]),
    "an escaped dollar inside": (r"$x \$ y$", [r"x \$ y"]),
    "a formula with a comment": ("$$x % y\n+ z$$", ["x    \n+ z"]),
}
PROSE = {
    "a price": "it costs $5 and $10",
    "more prices": "from $20,000 in cash or more, up to US$30,000 a year",
    "a range": "$10k-$20k",
    "an escaped dollar": r"\$x\$",
    "a shell variable": "set $HOME",
    "words": "set $HOME and then echo$ it",
    "code": "`a $x$ b`",
    "two ticks": "`` ` $x$ ``",
    "a fence": "```\n$x$\n```\n",
    "a fence of waves": "~~~ python\n$x$\n~~~\n",
    "a fence that is not closed": "```\n$x$\n",
    "code by indentation": "a\n\n    $x$\n",
    "a comment": "<!-- $x$ -->",
    "a comment of several lines": "<!-- a\n\n```\n$x$\n-->\n",
    "front matter": "---\ntitle: $x$\n---\n",
    "front matter of Hugo": "+++\ntitle = '$x$'\n+++\n",
    "a script": "<script>\n$x$\n</script>\n",
    "pre": "<pre>\n$x$\n</pre>\n",
    "a highlight": "{% highlight python %}\n$x$\n{% endhighlight %}\n",
    "a template": "{{ $x := 1 }} and {{ $y }}",
    "a comment of Obsidian": "%%\n$x$\n%%\n",
    "an empty line between": "a $x\n\ny$ b",
    "nothing": "$$ $$ and $ $",
    "words that are an equation": "title = word",
}

LATEX = r"""\documentclass{article}
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
\begin{document}
Let $f = x^2$ cost \$5. % not $this$
\verb|$that$| \begin{verbatim}
$nor this$
\end{verbatim}
\begin{align}
  \pd{f}{x} &= 2x \\ % a remark
            &= x + x \label{a}
\end{align}
\[ \pd f x = 2 \]
\end{document}
$after$
"""

RST = r"""
Text :math:`x^2` and ``:math:`no` `` and `y`:math:.

.. math::
   :label: first

   a = b

   c = d

.. math:: e = f

.. code-block:: python

   :math:`no`

.. a comment :math:`no`
   goes on :math:`no`

Literal::

   :math:`no`

- item

  .. math::

     \begin{align}
     g &= h \\
     i &= j
     \end{align}

end :math:`k`
"""


def notebook(*sources: object) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in sources]
    code = {"cell_type": "code", "source": ["$no$"], "outputs": [], "execution_count": None}
    return json.dumps({"cells": [code, *cells], "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
