(* Wrong claims, refuted at one point: the derivative there is another number. Every variable is a number, so that
   Interval decides what holds. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Gradproof Require Import Scalar Special.
Open Scope R_scope.

Lemma below_ne (a b : R) : a - b < 0 -> a <> b.
Proof. lra. Qed.

Lemma above_ne (a b : R) : 0 < a - b -> a <> b.
Proof. lra. Qed.

Lemma true_not (a b : R) : a < b -> ~ b <= a.
Proof. lra. Qed.

(* Special functions at numbers, by what Interval knows: an integral by its bounds, steps by a whole number nearby. *)
Ltac integrals :=
  repeat match goal with
  | |- context [RInt ?f ?a ?b] =>
      let H := fresh in let x := fresh in
      integral_intro (RInt f a b) with (i_prec 60, i_width (-40)) as H; set (x := RInt f a b) in *; clearbody x
  end.

Ltac whole x n := rewrite (floor_near n x) by (split; interval with (i_prec 60)).

Ltac steps :=
  repeat match goal with
  | |- context [floor_real ?x] =>
      first [whole x 0%Z | whole x 1%Z | whole x (-1)%Z | whole x 2%Z | whole x (-2)%Z | whole x 3%Z | whole x (-3)%Z]
  end.

Ltac angles :=
  repeat match goal with
  | |- context [atan2 ?y ?x] => rewrite (atan2_off_cut y x) by
      first [right; computed | left; first [apply below_ne; computed | apply above_ne; computed]]
  end
with rounded :=
  repeat match goal with
  | |- context [round_real ?x] => rewrite (round_off_ties x) by (steps; first [apply below_ne; computed | apply above_ne; computed])
  end
with elementary :=
  rounded; angles; unfold tanh, sinh, cosh, tan, Rpower, arcsinh, arccosh, arctanh, ceil_real, erfc, erf, bell; steps; integrals
with computed := elementary; interval with (i_prec 60).

(* A case distinction whose sides have none within them. *)
Ltac plainly a :=
  lazymatch a with
  | context [Rlt_dec _ _] => fail
  | context [Rle_dec _ _] => fail
  | context [Req_EM_T _ _] => fail
  | _ => idtac
  end.

Ltac impossible :=
  exfalso;
  match goal with
  | H : ~ (?a < ?b) |- _ => apply H; first [lra | computed]
  | H : ~ (?a <= ?b) |- _ => apply H; first [lra | computed]
  | H : ?a < ?b |- _ => revert H; apply Rle_not_lt; first [lra | computed]
  | H : ?a <= ?b |- _ => revert H; apply Rlt_not_le; first [lra | computed]
  | H : ?a = ?b |- _ => revert H; unequal
  | H : ?a <> ?b |- _ => apply H; first [lra | reflexivity]
  end
with unequal := first [lra | apply below_ne; computed | apply above_ne; computed].

Ltac case_of c := let H := fresh in destruct c as [H | H]; try (clear - H; impossible); clear H.

Ltac at_point ::=
  repeat match goal with
  | |- context [Rlt_dec ?a ?b] => plainly a; plainly b; case_of (Rlt_dec a b)
  | |- context [Rle_dec ?a ?b] => plainly a; plainly b; case_of (Rle_dec a b)
  | |- context [Req_EM_T ?a ?b] => plainly a; plainly b; case_of (Req_EM_T a b)
  end.

Ltac decided ::= cbn beta; at_point; first [lra | computed | unequal].

Ltac by_numbers := at_point; cbn [INR pred]; first [lra | computed].

Ltac more_side ::= first [computed | unequal].

Ltac holds_by_numbers :=
  lazymatch goal with
  | |- ?a = ?a => reflexivity
  | |- ~ ?c -> _ => let H := fresh in intros H; first [impossible | clear H; holds_by_numbers]
  | |- ?c -> _ => let H := fresh in intros H; first [impossible | clear H; holds_by_numbers]
  | |- _ \/ _ => first [left; holds_by_numbers | right; holds_by_numbers]
  | |- _ => at_point; first [lra | computed | unequal | side]
  end.
