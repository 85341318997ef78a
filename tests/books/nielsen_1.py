"""Nielsen 2015, Neural Networks and Deep Learning, chapter 1: neurons, cost, gradient descent.

Equations (1) and (2), the step function of a perceptron, are here as the definition that they are: there is no slope.
"""

from __future__ import annotations

from judge import Row

NEURON = "z = sum[j](w[j]*x[j]) + b\nC = sigmoid(z)"
PERCEPTRON = "s = sum[j](w[j]*x[j])\nC = where(s > threshold, 1, 0)"
TWO = "C = v1**2*v2 + exp(v1*v2)"
MANY = "C = sum[i](v[i]**2*sin(v[i]))"
COST = """
z[x,j] = sum[k](w[j,k]*u[x,k]) + b[j]
a[x,j] = sigmoid(z[x,j])
C = sum[x,j]((y[x,j] - a[x,j])**2)/(2*size[x])
"""
ONE = "err[x,j] = (a[x,j] - y[x,j])*a[x,j]*(1 - a[x,j])\n"
ROWS: list[Row] = [
    ("1", PERCEPTRON, "grad w", "C = where(sum[j](w[j]*x[j]) > threshold, 1, 0)"),
    ("3", NEURON, "grad w", "C = 1/(1 + exp(-z))"),
    ("4", NEURON, "grad w", "C = 1/(1 + exp(-sum[j](w[j]*x[j]) - b))"),
    ("5", NEURON, "change w,b", "C_dot = sum[j](w_bar[j]*w_dot[j]) + b_bar*b_dot"),
    ("6", COST, "grad w", "C = sum[x](sum[j]((y[x,j] - a[x,j])**2))/(2*size[u,0])"),
    ("7", TWO, "change v1,v2", "C_dot = v1_bar*v1_dot + v2_bar*v2_dot"),
    ("8", TWO, "grad v1,v2", "v1_bar = 2*v1*v2 + v2*exp(v1*v2)"),
    ("9", MANY, "change v", "C_dot = sum[i](v_bar[i]*v_dot[i])"),
    ("10", TWO, "step v1,v2", "v2_dot = -eta*v2_bar"),
    ("after 10", TWO, "step v1,v2", "C_dot = -eta*(v1_bar**2 + v2_bar**2)"),
    ("11", TWO, "step v1,v2", "v1_next = v1 - eta*v1_bar"),
    ("12", MANY, "change v", "C_dot = sum[i]((2*v[i]*sin(v[i]) + v[i]**2*cos(v[i]))*v_dot[i])"),
    ("13", MANY, "grad v", "v_bar[i] = 2*v[i]*sin(v[i]) + v[i]**2*cos(v[i])"),
    ("14", MANY, "step v", "v_dot[i] = -eta*v_bar[i]"),
    ("after 14", MANY, "step v", "C_dot = -eta*sum[i](v_bar[i]**2)"),
    ("15", MANY, "step v", "v_next[i] = v[i] - eta*v_bar[i]"),
    ("16", COST, "step w,b", "w_next[j,k] = w[j,k] - eta*w_bar[j,k]"),
    ("17", COST, "step w,b", "b_next[j] = b[j] - eta*b_bar[j]"),
    ("18", COST, "grad w", ONE + "w_bar[j,k] = sum[x](err[x,j]*u[x,k])/size[u,0]"),
    ("19", COST, "grad b", ONE + "b_bar[j] = 1/size[u,0]*sum[x](err[x,j])"),
    ("20", COST, "step w", ONE + "w_next[j,k] = w[j,k] - eta/size[u,0]*sum[x](err[x,j]*u[x,k])"),
    ("21", COST, "step b", ONE + "b_next[j] = b[j] - eta/size[u,0]*sum[x](err[x,j])"),
    ("22", COST, "grad w", "a[x,j] = sigmoid(sum[k](w[j,k]*u[x,k]) + b[j])"),
]
