"""Nielsen 2015, Neural Networks and Deep Learning, chapter 3: cross-entropy, softmax, regularisation, tanh."""

from __future__ import annotations

from judge import Row

TOY = "z = w*x + b\na = sigmoid(z)\nC = (y - a)**2/2"
TOY_AT_1_0 = "z = w + b\na = sigmoid(z)\nC = a**2/2"
ENTROPY = "C = -sum[x](y[x]*log(a[x]) + (1 - y[x])*log(1 - a[x]))/size[x]"
NEURON = f"z[x] = sum[j](w[j]*u[x,j]) + b\na[x] = sigmoid(z[x])\n{ENTROPY}"
ONE = "z = sum[j](w[j]*x[j]) + b\na = sigmoid(z)\nC = -(y*log(a) + (1 - y)*log(1 - a))"
LAYER = "z[x,j] = sum[k](w[j,k]*u[x,k]) + b[j]\na[x,j] = sigmoid(z[x,j])\n"
MANY = LAYER + "C = -sum[x,j](y[x,j]*log(a[x,j]) + (1 - y[x,j])*log(1 - a[x,j]))/size[x]"
QUADRATIC = LAYER + "C = sum[x,j]((y[x,j] - a[x,j])**2)/(2*size[x])"
LINEAR = "a[x,j] = sum[k](w[j,k]*u[x,k]) + b[j]\nC = sum[x,j]((y[x,j] - a[x,j])**2)/(2*size[x])"
OUTPUT = "a[j] = sigmoid(z[j])\nC = -sum[j](y[j]*log(a[j]) + (1 - y[j])*log(1 - a[j]))"
LINEAR_OUTPUT = "a[j] = identity(z[j])\nC = sum[j]((y[j] - a[j])**2)/2"
SOFTMAX = "z[j] = sum[k](w[j,k]*u[k]) + b[j]\na[j] = softmax[j](z[j])\n"
LABEL = "integer t\n" + SOFTMAX + "C = -log(a[t])"
LIKELIHOOD = SOFTMAX + "C = -sum[j](y[j]*log(a[j]))\nassume sum[j](y[j]) == 1"
SCALED = "a[j] = softmax[j](c*z[j])\nC = sum[j](g[j]*a[j])"
L2 = MANY + " + lambda_/(2*size[x])*sum[j,k](w[j,k]**2)"
L2_QUADRATIC = QUADRATIC + " + lambda_/(2*size[x])*sum[j,k](w[j,k]**2)"
L1 = QUADRATIC + " + lambda_/size[x]*sum[j,k](abs(w[j,k]))"
E0 = "err[x,j] = a[x,j] - y[x,j]\n"
C0 = E0 + "c0w[j,k] = sum[x](err[x,j]*u[x,k])/size[u,0]\n"
B0 = E0 + "c0b[j] = sum[x](err[x,j])/size[u,0]\n"
Q0 = "err[x,j] = (a[x,j] - y[x,j])*a[x,j]*(1 - a[x,j])\nc0w[j,k] = sum[x](err[x,j]*u[x,k])/size[u,0]\n"
TANH = "z = sum[j](w[j]*x[j]) + b\na = tanh(z)\nC = a*g"
RECTIFIED = "z = sum[j](w[j]*x[j]) + b\na = max(0, z)\nC = a*g"
PRIME = "s[x] = sigmoid(z[x])*(1 - sigmoid(z[x]))\n"
RATIO = "r[x] = y[x]/sigmoid(z[x]) - (1 - y[x])/(1 - sigmoid(z[x]))\n"
ROWS: list[Row] = [
    ("54", TOY, "grad w", "C = (y - a)**2/2"),
    ("55", TOY, "grad w", "s = sigmoid(z)*(1 - sigmoid(z))\nw_bar = (a - y)*s*x"),
    ("56", TOY, "grad b", "s = sigmoid(z)*(1 - sigmoid(z))\nb_bar = (a - y)*s"),
    ("55, at x = 1, y = 0", TOY_AT_1_0, "grad w", "s = sigmoid(z)*(1 - sigmoid(z))\nw_bar = a*s"),
    ("56, at x = 1, y = 0", TOY_AT_1_0, "grad b", "s = sigmoid(z)*(1 - sigmoid(z))\nb_bar = a*s"),
    ("57", NEURON, "grad w", "C = -1/size[u,0]*sum[x](y[x]*log(a[x]) + (1 - y[x])*log(1 - a[x]))"),
    ("58", NEURON, "grad w", RATIO + "m[x,j] = a[x]*(1 - a[x])*u[x,j]\nw_bar[j] = -1/size[u,0]*sum[x](r[x]*m[x,j])"),
    ("59", NEURON, "grad w", RATIO + PRIME + "w_bar[j] = -1/size[u,0]*sum[x](r[x]*s[x]*u[x,j])"),
    (
        "60",
        NEURON,
        "grad w",
        PRIME + "w_bar[j] = 1/size[u,0]*sum[x](s[x]*u[x,j]/(sigmoid(z[x])*(1 - sigmoid(z[x])))*(sigmoid(z[x]) - y[x]))",
    ),
    ("61", NEURON, "grad w", "w_bar[j] = 1/size[u,0]*sum[x](u[x,j]*(sigmoid(z[x]) - y[x]))"),
    ("62", NEURON, "grad b", "b_bar = 1/size[u,0]*sum[x](sigmoid(z[x]) - y[x])"),
    ("exercise: slope of sigmoid", "C = sigmoid(z)", "grad z", "z_bar = sigmoid(z)*(1 - sigmoid(z))"),
    ("63", MANY, "grad w", "C = -sum[x](sum[j](y[x,j]*log(a[x,j]) + (1 - y[x,j])*log(1 - a[x,j])))/size[u,0]"),
    ("64", f"a[x] = y[x]\n{ENTROPY}", "grad a", "C = -1/size[y,0]*sum[x](y[x]*log(y[x]) + (1 - y[x])*log(1 - y[x]))"),
    ("65", QUADRATIC, "grad w", "w_bar[j,k] = 1/size[u,0]*sum[x](u[x,k]*(a[x,j] - y[x,j])*a[x,j]*(1 - a[x,j]))"),
    ("66", OUTPUT, "grad z", "z_bar[j] = a[j] - y[j]"),
    ("67", MANY, "grad w", "w_bar[j,k] = 1/size[u,0]*sum[x](u[x,k]*(a[x,j] - y[x,j]))"),
    ("68", LINEAR_OUTPUT, "grad z", "z_bar[j] = a[j] - y[j]"),
    ("69", LINEAR, "grad w", "w_bar[j,k] = 1/size[u,0]*sum[x](u[x,k]*(a[x,j] - y[x,j]))"),
    ("70", LINEAR, "grad b", "b_bar[j] = 1/size[u,0]*sum[x](a[x,j] - y[x,j])"),
    ("71", ONE, "grad w", "w_bar[j] = x[j]*(a - y)"),
    ("72", ONE, "grad b", "b_bar = a - y"),
    ("73", ONE, "grad b", "s = sigmoid(z)*(1 - sigmoid(z))\nb_bar = a_bar*s"),
    ("74", ONE, "grad b", "b_bar = a_bar*a*(1 - a)"),
    ("75", ONE, "grad b", "a_bar = (a - y)/(a*(1 - a))"),
    ("76", ONE, "grad b", "C = -(y*log(a) + (1 - y)*log(1 - a))"),
    ("77", NEURON, "grad b", "C = -1/size[u,0]*sum[x](y[x]*log(a[x]) + (1 - y[x])*log(1 - a[x]))"),
    ("78", LIKELIHOOD, "grad z", "a[j] = exp(z[j])/sum[k](exp(z[k]))"),
    ("79", "a[j] = softmax[j](z[j])\nC = sum[j](a[j])", "grad z", "C = sum[j](exp(z[j]))/sum[k](exp(z[k]))"),
    ("79, = 1", "a[j] = softmax[j](z[j])\nC = sum[j](a[j])", "grad z", "C = 1"),
    ("80", LABEL, "grad b", "C = -log(a[t])"),
    ("81", LIKELIHOOD, "grad b", "b_bar[j] = a[j] - y[j]"),
    ("82", LIKELIHOOD, "grad w", "w_bar[j,k] = u[k]*(a[j] - y[j])"),
    ("83", SCALED, "grad z", "a[j] = exp(c*z[j])/sum[k](exp(c*z[k]))"),
    ("84", LIKELIHOOD, "grad w", "z_bar[j] = a[j] - y[j]"),
    (
        "exercise: softmax is monotonic",
        "a[j] = softmax[j](z[j])\nC = sum[j](g[j]*a[j])",
        "grad z",
        "z_bar[k: size[z,0]] = sum[j](g[j]*a[j]*(delta(j,k) - a[k]))",
    ),
    (
        "85",
        L2,
        "grad w",
        "C = -sum[x,j](y[x,j]*log(a[x,j]) + (1 - y[x,j])*log(1 - a[x,j]))/size[u,0]"
        " + lambda_/(2*size[u,0])*sum[j,k](w[j,k]**2)",
    ),
    (
        "86",
        L2_QUADRATIC,
        "grad w",
        "C = 1/(2*size[u,0])*sum[x,j]((y[x,j] - a[x,j])**2) + lambda_/(2*size[u,0])*sum[j,k](w[j,k]**2)",
    ),
    ("87, 88", L2, "grad w", C0 + "w_bar[j,k] = c0w[j,k] + lambda_/size[u,0]*w[j,k]"),
    ("88, quadratic", L2_QUADRATIC, "grad w", Q0 + "w_bar[j,k] = c0w[j,k] + lambda_/size[u,0]*w[j,k]"),
    ("89", L2, "grad b", B0 + "b_bar[j] = c0b[j]"),
    ("90", L2, "step b", B0 + "b_next[j] = b[j] - eta*c0b[j]"),
    ("91", L2, "step w", C0 + "w_next[j,k] = w[j,k] - eta*c0w[j,k] - eta*lambda_/size[u,0]*w[j,k]"),
    ("92", L2, "step w", C0 + "w_next[j,k] = (1 - eta*lambda_/size[u,0])*w[j,k] - eta*c0w[j,k]"),
    (
        "93",
        L2,
        "step w",
        "w_next[j,k] = (1 - eta*lambda_/size[u,0])*w[j,k] - eta/size[u,0]*sum[x]((a[x,j] - y[x,j])*u[x,k])",
    ),
    ("94", L2, "step b", "b_next[j] = b[j] - eta/size[u,0]*sum[x](a[x,j] - y[x,j])"),
    ("95", L1, "grad w", "C = sum[x,j]((y[x,j] - a[x,j])**2)/(2*size[u,0]) + lambda_/size[u,0]*sum[j,k](abs(w[j,k]))"),
    ("96", L1, "grad w", Q0 + "w_bar[j,k] = c0w[j,k] + lambda_/size[u,0]*sign(w[j,k])"),
    ("97", L1, "step w", Q0 + "w_next[j,k] = w[j,k] - eta*lambda_/size[u,0]*sign(w[j,k]) - eta*c0w[j,k]"),
    ("98", L2_QUADRATIC, "step w", Q0 + "w_next[j,k] = w[j,k]*(1 - eta*lambda_/size[u,0]) - eta*c0w[j,k]"),
    ("99", OUTPUT, "grad z", "z_bar[j] = a[j] - y[j]"),
    ("100", MANY, "step w", "w_next[j,k] = w[j,k] - eta*1/size[u,0]*sum[x]((a[x,j] - y[x,j])*u[x,k])"),
    ("101", ONE, "step w", "w_next[j] = w[j] - eta*(a - y)*x[j]"),
    (
        "102",
        MANY.replace("/size[x]", ""),
        "step w",
        "w_next[j,k] = w[j,k] - eta*sum[x]((a[x,j] - y[x,j])*u[x,k])",
    ),
    ("109", TANH, "grad w", "a = tanh(sum[j](w[j]*x[j]) + b)"),
    ("109, its slope", TANH, "grad w", "w_bar[j] = g*(1 - a**2)*x[j]"),
    ("112", RECTIFIED, "grad w", "a = max(0, sum[j](w[j]*x[j]) + b)"),
]
