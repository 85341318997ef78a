"""Nielsen 2015, Neural Networks and Deep Learning, chapter 5: a chain of neurons, and why its gradients vanish."""

from __future__ import annotations

from judge import Row

CHAIN = """
z1 = w1*a0 + b1
a1 = sigmoid(z1)
z2 = w2*a1 + b2
a2 = sigmoid(z2)
z3 = w3*a2 + b3
a3 = sigmoid(z3)
z4 = w4*a3 + b4
a4 = sigmoid(z4)
C = (y - a4)**2/2
"""
FIRST = "z1 = w1*a0 + b1\nC = sigmoid(z1)"
SECOND = "z1 = w1*a0 + b1\na1 = sigmoid(z1)\nC = w2*a1 + b2"
DEEP = """
z2[j] = sum[k](w2[j,k]*a1[k]) + b2[j]
a2[j] = sigmoid(z2[j])
z3[j] = sum[k](w3[j,k]*a2[k]) + b3[j]
a3[j] = sigmoid(z3[j])
C = sum[j](a3[j]*log(a3[j]/y[j]))
"""
SLOPES = "".join(f"s{k} = sigmoid(z{k})*(1 - sigmoid(z{k}))\n" for k in (1, 2, 3, 4))
LATE = "".join(f"s{k} = sigmoid(z{k})*(1 - sigmoid(z{k}))\n" for k in (3, 4))
LAYERS = "".join(f"s{k}[j] = sigmoid(z{k}[j])*(1 - sigmoid(z{k}[j]))\n" for k in (2, 3))
ROWS: list[Row] = [
    ("section: the gradient, drawn", CHAIN, "grad b1", SLOPES + "b1_bar = s1*w2*s2*w3*s3*w4*s4*a4_bar"),
    ("114", CHAIN, "change b1", "C_dot = b1_bar*b1_dot"),
    ("115, 116", FIRST, "change b1", "C_dot = sigmoid(z1)*(1 - sigmoid(z1))*b1_dot"),
    ("117, 118", SECOND, "change a1", "C_dot = w2*a1_dot"),
    ("119", SECOND, "change b1", "C_dot = sigmoid(z1)*(1 - sigmoid(z1))*w2*b1_dot"),
    ("120", CHAIN, "change b1", SLOPES + "C_dot = s1*w2*s2*w3*s3*w4*s4*a4_bar*b1_dot"),
    ("121, 122", CHAIN, "grad b1", SLOPES + "b1_bar = s1*w2*s2*w3*s3*w4*s4*a4_bar"),
    ("section: the gradient of b3", CHAIN, "grad b3", LATE + "b3_bar = s3*w4*s4*a4_bar"),
    ("section: the gradient of w1", CHAIN, "grad w1", SLOPES + "w1_bar = a0*s1*w2*s2*w3*s3*w4*s4*(a4 - y)"),
    ("section: slope at most 1/4", "C = sigmoid(z)", "grad z", "z_bar = 1/4 - (sigmoid(z) - 1/2)**2"),
    ("124", DEEP, "grad w2", LAYERS + "z2_bar[j] = s2[j]*sum[k](w3[k,j]*s3[k]*a3_bar[k])"),
]
