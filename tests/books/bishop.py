"""Bishop 2006, Pattern Recognition and Machine Learning: sections 4.3, 5.2 and 5.3, by equation number from memory."""

from __future__ import annotations

from judge import Row

LINEAR = "y[k] = sum[i](w[k,i]*x[i])\nE = sum[k]((y[k] - t[k])**2)/2"
LOGISTIC = "u[i] = sum[j](w[j]*phi[i,j])\ny[i] = sigmoid(u[i])\n"
ENTROPY = LOGISTIC + "E = -sum[i](t[i]*log(y[i]) + (1 - t[i])*log(1 - y[i]))"
CLASSES = """
u[i,k] = sum[j](w[k,j]*phi[i,j])
y[i,k] = softmax[k](u[i,k])
E = -sum[i,k](t[i,k]*log(y[i,k]))
assume sum[k](t[i,k]) == 1
"""
UNIT = """
a[j] = sum[i](w[j,i]*z[i])
h[j] = tanh(a[j])
c[k] = sum[j](v[k,j]*h[j])
E = sum[k]((c[k] - t[k])**2)/2
"""
TWO = """
a[j] = sum[i](w1[j,i]*x[i])
z[j] = tanh(a[j])
y[k] = sum[j](w2[k,j]*z[j])
E = sum[k]((y[k] - t[k])**2)/2
"""
MANY = """
a[n,j] = sum[i](w1[j,i]*x[n,i])
z[n,j] = tanh(a[n,j])
y[n,k] = sum[j](w2[k,j]*z[n,j])
E = sum[n,k]((y[n,k] - t[n,k])**2)/2
"""
JACOBIAN = TWO.replace("E = sum[k]((y[k] - t[k])**2)/2", "E = sum[k](g[k]*y[k])")
PENALTY = TWO.strip() + " + lambda_/2*sum[j,i](w1[j,i]**2)"
ERRORS = "err[k] = y[k] - t[k]\n"
PRIME = "h1[j] = 1 - tanh(a[j])**2\n"
ROWS: list[Row] = [
    ("4.88", "E = sigmoid(a)", "grad a", "a_bar = sigmoid(a)*(1 - sigmoid(a))"),
    ("4.91", ENTROPY, "grad w", "w_bar[j] = sum[i]((y[i] - t[i])*phi[i,j])"),
    (
        "4.106",
        "y[k] = softmax[k](a[k])\nE = sum[k](g[k]*y[k])",
        "grad a",
        "a_bar[j: size[a,0]] = sum[k](g[k]*y[k]*(delta(k,j) - y[j]))",
    ),
    ("4.108", CLASSES, "grad w", "E = -sum[i](sum[k](t[i,k]*log(y[i,k])))"),
    ("4.109", CLASSES, "grad w", "w_bar[k,j] = sum[i]((y[i,k] - t[i,k])*phi[i,j])"),
    ("5.18", LINEAR, "grad y", "y_bar[k] = y[k] - t[k]"),
    ("5.46", LINEAR, "grad w", "E = sum[k]((y[k] - t[k])**2)/2"),
    ("5.47", LINEAR, "grad w", "w_bar[j,i] = (y[j] - t[j])*x[i]"),
    ("5.50", UNIT, "grad w", "w_bar[j,i] = a_bar[j]*z[i]"),
    ("5.51", UNIT, "change a", "E_dot = sum[j](a_bar[j]*a_dot[j])"),
    ("5.53", UNIT, "grad v", "v_bar[k,j] = c_bar[k]*h[j]"),
    ("5.54", UNIT, "grad v", "c_bar[k] = c[k] - t[k]"),
    ("5.55", UNIT, "grad w", PRIME + "slope[k,j] = v[k,j]*h1[j]\na_bar[j] = sum[k](c_bar[k]*slope[k,j])"),
    ("5.56", UNIT, "grad w", PRIME + "a_bar[j] = h1[j]*sum[k](v[k,j]*c_bar[k])"),
    ("5.57", MANY, "grad w2", "w2_bar[k,j] = sum[n](y_bar[n,k]*z[n,j])"),
    ("5.59", "E = tanh(a)", "grad a", "E = tanh(a)"),
    ("5.60", "E = tanh(a)", "grad a", "a_bar = 1 - E**2"),
    ("5.61", TWO, "grad w1", "E = 1/2*sum[k]((y[k] - t[k])**2)"),
    ("5.62 to 5.64", TWO, "grad w1", "y[k] = sum[j](w2[k,j]*tanh(sum[i](w1[j,i]*x[i])))"),
    ("5.65", TWO, "grad w1", "y_bar[k] = y[k] - t[k]"),
    ("5.66", TWO, "grad w1", ERRORS + "a_bar[j] = (1 - z[j]**2)*sum[k](w2[k,j]*err[k])"),
    ("5.67, first layer", TWO, "grad w1", "w1_bar[j,i] = a_bar[j]*x[i]"),
    ("5.67, second layer", TWO, "grad w2", ERRORS + "w2_bar[k,j] = err[k]*z[j]"),
    ("5.72", JACOBIAN, "change x", "E_dot = sum[i](x_bar[i]*x_dot[i])"),
    ("5.73", JACOBIAN, "grad x", "x_bar[i] = sum[j](w1[j,i]*a_bar[j])"),
    ("5.74", JACOBIAN, "grad x", PRIME + "a_bar[j] = h1[j]*sum[l](w2[l,j]*y_bar[l])"),
    ("section 5.5", PENALTY, "grad w1", "w1_bar[j,i] = a_bar[j]*x[i] + lambda_*w1[j,i]"),
]
