(* Wrong claims, refuted at one point: the derivative there is another number. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Gradproof Require Import Scalar.
Open Scope R_scope.

Ltac more_side ::= first [interval with (i_prec 60) | apply pos_ne; interval with (i_prec 60) | apply neg_ne; interval with (i_prec 60)].

Ltac by_numbers := at_point; cbn [INR pred]; unfold tanh, sinh, cosh, tan, Rpower, arcsinh; first [lra | interval with (i_prec 80)].

Lemma below_ne (a b : R) : a - b < 0 -> a <> b.
Proof. lra. Qed.

Lemma above_ne (a b : R) : 0 < a - b -> a <> b.
Proof. lra. Qed.
