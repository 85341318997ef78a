"""Nielsen 2015, Neural Networks and Deep Learning, chapter 2: how the backpropagation algorithm works."""

from __future__ import annotations

from judge import Row

NET = """
input a1[p], w2[q,p], b2[q], w3[r,q], b3[r], y[r]
z2[j] = sum[k](w2[j,k]*a1[k]) + b2[j]
a2[j] = sigmoid(z2[j])
z3[j] = sum[k](w3[j,k]*a2[k]) + b3[j]
a3[j] = sigmoid(z3[j])
C = sum[j]((y[j] - a3[j])**2)/2
"""
DEEP = """
input a1[p], w2[q,p], b2[q], w3[r,q], b3[r], w4[s,r], b4[s], y[s]
z2[j] = sum[k](w2[j,k]*a1[k]) + b2[j]
a2[j] = sigmoid(z2[j])
z3[j] = sum[k](w3[j,k]*a2[k]) + b3[j]
a3[j] = sigmoid(z3[j])
z4[j] = sum[k](w4[j,k]*a3[k]) + b4[j]
a4[j] = sigmoid(z4[j])
C = sum[j]((y[j] - a4[j])**2)/2
"""
BATCH = """
input a1[n,p], w2[q,p], b2[q], w3[r,q], b3[r], y[n,r]
z2[x,j] = sum[k](w2[j,k]*a1[x,k]) + b2[j]
a2[x,j] = sigmoid(z2[x,j])
z3[x,j] = sum[k](w3[j,k]*a2[x,k]) + b3[j]
a3[x,j] = sigmoid(z3[x,j])
C = sum[x,j]((y[x,j] - a3[x,j])**2)/(2*size[x])
"""
LINEAR = NET.replace("sigmoid", "identity")
INPUTS = NET.replace("C = sum[j]((y[j] - a3[j])**2)/2", "C = sum[j](g[j]*z3[j])").replace("y[r]", "g[r]")
NEXT = """
z2[j] = sum[k](w2[j,k]*a1[k]) + b2[j]
a2[j] = sigmoid(z2[j])
z3 = sum[k](w3[k]*a2[k]) + b3
C = sigmoid(z3)
"""
S2 = "s2[j] = sigmoid(z2[j])*(1 - sigmoid(z2[j]))\n"
S3 = "s3[j] = sigmoid(z3[j])*(1 - sigmoid(z3[j]))\n"
S4 = "s4[j] = sigmoid(z4[j])*(1 - sigmoid(z4[j]))\n"
PATHS = S2 + S3 + S4 + "m4[m,n] = s4[m]*w4[m,n]\nm3[n,j] = s3[n]*w3[n,j]\nm2[j,k] = s2[j]*a1[k]\n"
D3 = "d3[x,j] = (a3[x,j] - y[x,j])*a3[x,j]*(1 - a3[x,j])\n"
D2 = D3 + "d2[x,j] = sum[k](w3[k,j]*d3[x,k])*a2[x,j]*(1 - a2[x,j])\n"
ROWS: list[Row] = [
    ("23", NET, "grad w2", "a3[j] = sigmoid(sum[k](w3[j,k]*a2[k]) + b3[j])"),
    ("24", "f[i] = x[i]**2\nC = sum[i](f[i])", "grad x", "f[i] = x[i]*x[i]"),
    ("25", NET, "grad w2", "a2[j] = sigmoid(sum[k](w2[j,k]*a1[k]) + b2[j])"),
    ("26", BATCH, "grad w2", "C = sum[x](sum[j]((y[x,j] - a3[x,j])**2))/(2*size[y,0])"),
    ("27", NET, "grad w2", "C = sum[j]((y[j] - a3[j])**2)/2"),
    ("28", "h[j] = s[j]*t[j]\nC = sum[j](h[j])", "grad s", "h[j] = s[j]*t[j]"),
    ("29", NET, "change z3", "C_dot = sum[j](z3_bar[j]*z3_dot[j])"),
    ("BP1", NET, "grad w2", S3 + "z3_bar[j] = a3_bar[j]*s3[j]"),
    ("BP1a", DEEP, "grad w2", S4 + "z4_bar[j] = a4_bar[j]*s4[j]"),
    ("30", NET, "grad w2", S3 + "z3_bar[j] = (a3[j] - y[j])*s3[j]"),
    ("BP2", NET, "grad w2", S2 + "z2_bar[j] = sum[k](w3[k,j]*z3_bar[k])*s2[j]"),
    ("BP3", NET, "grad b2,b3", "b3_bar[j] = z3_bar[j]"),
    ("31", NET, "grad b2,b3", "b2_bar[j] = z2_bar[j]"),
    ("BP4", NET, "grad w2,w3", "w3_bar[j,k] = a2[k]*z3_bar[j]"),
    ("32", NET, "grad w2,w3", "w2_bar[j,k] = a1[k]*z2_bar[j]"),
    ("33", NET, "grad w2", S3 + "z3_bar[j: size[z3,0]] = sum[k](delta(j,k)*s3[j]*a3_bar[k])"),
    ("34", NET, "grad w2", S2 + "z2_bar[j: size[z2,0]] = sum[i,k](delta(j,i)*s2[i]*w3[k,i]*z3_bar[k])"),
    ("35", DEEP, "grad w2", S2 + S3 + S4 + "z2_bar[j] = s2[j]*sum[k,m](w3[k,j]*s3[k]*w4[m,k]*s4[m]*a4_bar[m])"),
    ("36", NET, "step z3", "z3_dot[j] = -eta*z3_bar[j]"),
    ("37", NET, "grad w2", S3 + "z3_bar[j: size[z3,0]] = sum[k](a3_bar[k]*delta(k,j)*s3[k])"),
    ("38", NET, "grad w2", "z3_bar[j] = a3_bar[j]*(a3[j]*(1 - a3[j]))"),
    ("39", NET, "grad w3", S3 + "z3_bar[j] = a3_bar[j]*s3[j]"),
    ("40", NET, "change z2", "C_dot = sum[j](z2_bar[j]*z2_dot[j])"),
    ("41", NET, "grad w2", S2 + "m[k,j] = w3[k,j]*s2[j]\nz2_bar[j] = sum[k](z3_bar[k]*m[k,j])"),
    ("42", NET, "grad b2", S2 + "m[k,j] = w3[k,j]*s2[j]\nz2_bar[j] = sum[k](m[k,j]*z3_bar[k])"),
    ("43", NET, "grad w2", "z3[k] = sum[j](w3[k,j]*sigmoid(z2[j])) + b3[k]"),
    ("44", INPUTS, "grad w2", S2 + "z2_bar[j] = sum[k](g[k]*w3[k,j]*s2[j])"),
    ("45", NET, "grad w2", S2 + "z2_bar[j] = sum[k](w3[k,j]*z3_bar[k]*s2[j])"),
    ("47", NET, "change w2", "C_dot = sum[j,k](w2_bar[j,k]*w2_dot[j,k])"),
    ("48", "z = sum[k](w[k]*a1[k]) + b\nC = sigmoid(z)", "change w", "C_dot = sum[k](C*(1 - C)*a1[k]*w_dot[k])"),
    ("49", NEXT, "change a2", "C_dot = sum[j](C*(1 - C)*w3[j]*a2_dot[j])"),
    ("50", NEXT, "change w2", S2 + "C_dot = sum[j,k](C*(1 - C)*w3[j]*s2[j]*a1[k]*w2_dot[j,k])"),
    ("51, 52", DEEP, "change w2", PATHS + "C_dot = sum[m,n,j,k](a4_bar[m]*m4[m,n]*m3[n,j]*m2[j,k]*w2_dot[j,k])"),
    ("53", DEEP, "grad w2", PATHS + "w2_bar[j,k] = sum[m,n](a4_bar[m]*m4[m,n]*m3[n,j]*m2[j,k])"),
    ("algorithm, step 5, w3", BATCH, "step w3", D3 + "w3_next[j,k] = w3[j,k] - eta/size[y,0]*sum[x](d3[x,j]*a2[x,k])"),
    ("algorithm, step 5, w2", BATCH, "step w2", D2 + "w2_next[j,k] = w2[j,k] - eta/size[y,0]*sum[x](d2[x,j]*a1[x,k])"),
    ("algorithm, step 5, b2", BATCH, "step b2", D2 + "b2_next[j] = b2[j] - eta/size[y,0]*sum[x](d2[x,j])"),
    ("exercise: linear neurons, output", LINEAR, "grad w2", "z3_bar[j] = a3[j] - y[j]"),
    ("exercise: linear neurons, hidden", LINEAR, "grad w2", "z2_bar[j] = sum[k](w3[k,j]*z3_bar[k])"),
]
