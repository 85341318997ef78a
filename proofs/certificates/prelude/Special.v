(* Functions that Coq's libraries leave out, each by a definition that a reader knows, with its derivative. *)
From Coq Require Import Reals Lra Psatz ZArith.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar.
Open Scope R_scope.

(* ---------------------------------------------------------------- inverse hyperbolic functions *)

Definition arccosh x := ln (x + sqrt (x - 1) * sqrt (x + 1)).
Definition arctanh x := ln ((1 + x) / (1 - x)) / 2.

Lemma D_arccosh (u : R -> R) (x du : R) :
  is_derive u x du -> 1 < u x -> is_derive (fun t => arccosh (u t)) x (du / (sqrt (u x - 1) * sqrt (u x + 1))).
Proof.
  intros U B; unfold arccosh.
  assert (P : 0 < sqrt (u x - 1)) by (apply sqrt_lt_R0; lra).
  assert (Q : 0 < sqrt (u x + 1)) by (apply sqrt_lt_R0; lra).
  assert (S : 0 < u x + sqrt (u x - 1) * sqrt (u x + 1)) by (pose proof (Rmult_lt_0_compat _ _ P Q); lra).
  assert (M : sqrt (u x - 1) ^ 2 = u x - 1) by (apply pow2_sqrt; lra).
  assert (N : sqrt (u x + 1) ^ 2 = u x + 1) by (apply pow2_sqrt; lra).
  eapply D_eq.
  - eapply (D_ln (fun t => u t + sqrt (u t - 1) * sqrt (u t + 1))); [| exact S].
    eapply (D_plus u); [exact U |].
    eapply (D_mult (fun t => sqrt (u t - 1)) (fun t => sqrt (u t + 1))).
    + eapply (D_sqrt (fun t => u t - 1)); [| lra]; eapply (D_minus u); [exact U | apply (D_const 1)].
    + eapply (D_sqrt (fun t => u t + 1)); [| lra]; eapply (D_plus u); [exact U | apply (D_const 1)].
  - cbn beta; set (p := sqrt (u x - 1)) in *; set (q := sqrt (u x + 1)) in *.
    replace (u x) with ((p ^ 2 + q ^ 2) / 2) in * by lra.
    field_simplify_eq; [| repeat split; lra].
    assert (E : q ^ 2 - p ^ 2 = 2) by lra; nra.
Qed.

Lemma D_arctanh (u : R -> R) (x du : R) :
  is_derive u x du -> -1 < u x < 1 -> is_derive (fun t => arctanh (u t)) x (du / (1 - u x ^ 2)).
Proof.
  intros U B; unfold arctanh; eapply D_eq.
  - eapply D_over, (D_ln (fun t => (1 + u t) / (1 - u t))).
    + eapply (D_div (fun t => 1 + u t) (fun t => 1 - u t)); [| | lra].
      * eapply (D_plus (fun _ => 1)); [apply D_const | exact U].
      * eapply (D_minus (fun _ => 1)); [apply D_const | exact U].
    + apply Rdiv_lt_0_compat; lra.
  - cbn beta; field; repeat split; nra.
Qed.

(* ---------------------------------------------------------------- the angle of a point, by half of it *)

Definition atan2 y x :=
  if Req_EM_T y 0 then if Rlt_dec x 0 then PI else 0 else 2 * atan (y / (sqrt (x ^ 2 + y ^ 2) + x)).

(* ---------------------------------------------------------------- erf *)

Definition bell t := exp (- t ^ 2).
Definition erf x := 2 / sqrt PI * RInt bell 0 x.
Definition erfc x := 1 - erf x.

Lemma bell_continuous t : continuous bell t.
Proof.
  apply (ex_derive_continuous bell); eexists; unfold bell.
  eapply (D_exp (fun t => - t ^ 2)), (D_opp (fun t => t ^ 2)), (D_pow (fun t => t) 2), D_id.
Qed.

Lemma D_erf (u : R -> R) (x du : R) :
  is_derive u x du -> is_derive (fun t => erf (u t)) x (2 / sqrt PI * exp (- u x ^ 2) * du).
Proof.
  intros U; apply (D_comp erf u x (2 / sqrt PI * exp (- u x ^ 2)) du); [| exact U].
  apply (D_scale (2 / sqrt PI) (fun w => RInt bell 0 w)).
  apply (is_derive_RInt bell (fun w => RInt bell 0 w) 0 (u x)); [| apply bell_continuous].
  exists (mkposreal 1 Rlt_0_1); intros w _; apply (@RInt_correct R_CompleteNormedModule).
  apply (ex_RInt_continuous bell); intros t _; apply bell_continuous.
Qed.

Lemma D_erfc (u : R -> R) (x du : R) :
  is_derive u x du -> is_derive (fun t => erfc (u t)) x (- (2 / sqrt PI * exp (- u x ^ 2) * du)).
Proof.
  intros U; unfold erfc; eapply D_eq.
  - apply (D_minus (fun _ => 1) (fun t => erf (u t))); [apply D_const | apply D_erf, U].
  - ring.
Qed.

(* ---------------------------------------------------------------- steps, off their jumps *)

Definition floor_real x := IZR (Int_part x).
Definition ceil_real x := - floor_real (- x).

Lemma floor_near (n : Z) x : IZR n <= x < IZR n + 1 -> floor_real x = IZR n.
Proof.
  intros B; unfold floor_real, Int_part.
  rewrite <- (tech_up x (n + 1)); [f_equal; ring | |]; rewrite plus_IZR; lra.
Qed.

Lemma D_floor (u : R -> R) (x du : R) :
  is_derive u x du -> floor_real (u x) <> u x -> is_derive (fun t => floor_real (u t)) x 0.
Proof.
  intros U N; set (n := Int_part (u x)).
  assert (B : IZR n <= u x < IZR n + 1) by (destruct (base_Int_part (u x)); subst n; lra).
  assert (S : IZR n < u x) by (unfold floor_real in N; subst n; lra).
  eapply (is_derive_ext_loc (fun _ => IZR n)); [| apply D_const].
  assert (L := near_less (fun _ => IZR n) u x 0 du (D_const _ _) U S).
  assert (M := near_less u (fun _ => IZR n + 1) x du 0 U (D_const _ _) (proj2 B)).
  generalize (filter_and _ _ L M); apply filter_imp; intros t [P Q]; symmetry; apply floor_near; lra.
Qed.

Lemma D_ceil (u : R -> R) (x du : R) :
  is_derive u x du -> ceil_real (u x) <> u x -> is_derive (fun t => ceil_real (u t)) x 0.
Proof.
  intros U N; unfold ceil_real; eapply D_eq.
  - apply (D_opp (fun t => floor_real (- u t))), (D_floor (fun t => - u t) x (- du)).
    + apply (D_opp u), U.
    + unfold ceil_real in N; lra.
  - apply Ropp_0.
Qed.

(* To the nearest whole number, ties to the even one. *)
Definition round_real x :=
  let n := Int_part x in
  if Rlt_dec (x - IZR n) (1 / 2) then IZR n
  else if Rlt_dec (1 / 2) (x - IZR n) then IZR n + 1
  else if Z.even n then IZR n else IZR n + 1.

Lemma round_off_ties x : floor_real (x + 1 / 2) <> x + 1 / 2 -> round_real x = floor_real (x + 1 / 2).
Proof.
  intros N; unfold round_real; destruct (base_Int_part x) as [B C]; set (n := Int_part x) in *; cbv zeta.
  destruct (Rlt_dec (x - IZR n) (1 / 2)); [| destruct (Rlt_dec (1 / 2) (x - IZR n))].
  - symmetry; apply floor_near; lra.
  - rewrite <- (plus_IZR n 1); symmetry; apply floor_near; rewrite plus_IZR; lra.
  - exfalso; apply N; rewrite (floor_near (n + 1)); rewrite plus_IZR; lra.
Qed.

Lemma off_steps x : floor_real x <> x -> locally x (fun t => floor_real t <> t).
Proof.
  intros N; assert (B : floor_real x <= x < floor_real x + 1) by (destruct (base_Int_part x); unfold floor_real; lra).
  assert (S : floor_real x < x) by lra; unfold floor_real in B, S; set (n := Int_part x) in *.
  assert (L := near_less (fun _ => IZR n) (fun t => t) x 0 1 (D_const _ _) (D_id _) S).
  assert (M := near_less (fun t => t) (fun _ => IZR n + 1) x 1 0 (D_id _) (D_const _ _) (proj2 B)).
  generalize (filter_and _ _ L M); apply filter_imp; intros t [P Q]; rewrite (floor_near n); lra.
Qed.

Lemma D_round_id x : floor_real (x + 1 / 2) <> x + 1 / 2 -> is_derive round_real x 0.
Proof.
  intros N; eapply is_derive_ext_loc; [| apply (D_floor (fun t => t + 1 / 2) x (1 + 0)); [| exact N]].
  - assert (C : continuous (fun t => t + 1 / 2) x).
    { apply (ex_derive_continuous (fun t => t + 1 / 2)); exists (1 + 0); apply (D_plus (fun t => t)); [apply D_id | apply D_const]. }
    assert (Q : locally x (fun t => floor_real (t + 1 / 2) <> t + 1 / 2)) by exact (C _ (off_steps _ N)).
    revert Q; apply filter_imp; intros t T; symmetry; apply round_off_ties, T.
  - apply (D_plus (fun t => t)); [apply D_id | apply D_const].
Qed.

Lemma D_round (u : R -> R) (x du : R) :
  is_derive u x du -> floor_real (u x + 1 / 2) <> u x + 1 / 2 -> is_derive (fun t => round_real (u t)) x 0.
Proof.
  intros U N; eapply D_eq; [apply (D_comp round_real u x 0 du); [apply D_round_id, N | exact U] | ring].
Qed.

Lemma atan2_off_cut y x : y <> 0 \/ 0 < x -> atan2 y x = 2 * atan (y / (sqrt (x ^ 2 + y ^ 2) + x)).
Proof.
  intros C; unfold atan2; destruct (Req_EM_T y 0) as [E | E]; [| reflexivity].
  destruct (Rlt_dec x 0); [lra |]; rewrite E; unfold Rdiv; rewrite Rmult_0_l, atan_0; ring.
Qed.

Lemma atan2_domain y x : y <> 0 \/ 0 < x -> 0 < x ^ 2 + y ^ 2 /\ 0 < sqrt (x ^ 2 + y ^ 2) + x.
Proof.
  intros C; assert (P : 0 < x ^ 2 + y ^ 2) by (destruct C; nra); split; [exact P |].
  pose proof (sqrt_lt_R0 _ P) as Q; pose proof (pow2_sqrt (x ^ 2 + y ^ 2)) as E.
  destruct C; [| lra]; specialize (E ltac:(lra)); nra.
Qed.

Lemma near_domain (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> u x <> 0 \/ 0 < v x -> locally x (fun t => u t <> 0 \/ 0 < v t).
Proof.
  intros U V [N | P].
  - destruct (Rdichotomy _ _ N) as [L | L].
    + generalize (near_less u (fun _ => 0) x du 0 U (D_const _ _) L); apply filter_imp; intros t H; left; lra.
    + generalize (near_less (fun _ => 0) u x 0 du (D_const _ _) U L); apply filter_imp; intros t H; left; lra.
  - generalize (near_less (fun _ => 0) v x 0 dv (D_const _ _) V P); apply filter_imp; intros t H; right; lra.
Qed.

Lemma D_atan2 (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> u x <> 0 \/ 0 < v x ->
  is_derive (fun t => atan2 (u t) (v t)) x ((du * v x - u x * dv) / (u x ^ 2 + v x ^ 2)).
Proof.
  intros U V C; destruct (atan2_domain _ _ C) as [P Q].
  eapply is_derive_ext_loc.
  - generalize (near_domain u v x du dv U V C); apply filter_imp; intros t T; symmetry; apply atan2_off_cut, T.
  - eapply D_eq.
    + eapply (D_scale 2 (fun t => atan (u t / (sqrt (v t ^ 2 + u t ^ 2) + v t)))), D_atan.
      eapply (D_div u (fun t => sqrt (v t ^ 2 + u t ^ 2) + v t)); [exact U | | lra].
      eapply (D_plus (fun t => sqrt (v t ^ 2 + u t ^ 2)) v); [| exact V].
      eapply (D_sqrt (fun t => v t ^ 2 + u t ^ 2)); [| exact P].
      eapply (D_plus (fun t => v t ^ 2)); [apply (D_pow v 2), V | apply (D_pow u 2), U].
    + cbn beta; cbn [INR pred]; pose proof (sqrt_lt_R0 _ P) as S; pose proof (pow2_sqrt _ (Rlt_le _ _ P)) as E.
      set (r := sqrt (v x ^ 2 + u x ^ 2)) in *; clearbody r.
      assert (F : u x ^ 2 = r ^ 2 - v x ^ 2) by lra.
      assert (D1 : (r + v x) ^ 2 + u x ^ 2 <> 0) by nra.
      assert (D2 : u x ^ 2 + v x ^ 2 <> 0) by lra.
      apply (by_relations _ _ (2 * ((du * (r + v x) - u x * ((1 + 1) * v x * dv + (1 + 1) * u x * du) / (2 * r) - u x * dv)
        / ((r + v x) ^ 2 + u x ^ 2)) - (du * v x - u x * dv) / (u x ^ 2 + v x ^ 2))).
      * field; repeat split; try lra; nra.
      * replace ((r + v x) ^ 2 + u x ^ 2) with (2 * r * (r + v x)) by nra.
        replace (u x ^ 2 + v x ^ 2) with (r ^ 2) by lra.
        apply (Rmult_eq_reg_l (2 * r ^ 3 * (r + v x))); [| apply pos_ne; repeat apply Rmult_lt_0_compat; lra].
        field_simplify; [| split; lra].
        replace (u x ^ 2) with (r ^ 2 - v x ^ 2) by lra; ring.
Qed.

(* Of erf no more is known here than its sign: enough for points at which what is assumed of it holds. *)
Lemma half_erf u : 0 <= u -> 0 < erf u / 2 + 1 / 2.
Proof.
  intros H; assert (S : 0 < sqrt PI) by (apply sqrt_lt_R0, PI_RGT_0).
  assert (E : 0 <= RInt bell 0 u).
  { apply RInt_ge_0; [exact H | | intros; apply Rlt_le, exp_pos].
    apply (ex_RInt_continuous bell); intros t _; apply bell_continuous. }
  assert (0 <= erf u); [| lra].
  unfold erf; apply Rmult_le_pos; [| exact E]; apply Rlt_le, Rdiv_lt_0_compat; lra.
Qed.

(* Rooms of their own redefine these. *)
Ltac derive_erfinv f := fail "no rule for" f.
Ltac derive_gamma f := fail "no rule for" f.
Ltac side_gamma := fail "undecided side condition".

Ltac more_side ::= first [apply half_erf; side | apply pos_ne, half_erf; side | side_gamma].

Ltac on_sheet := first [assumption | left; side | right; side].

Ltac derive_more f ::=
  lazymatch goal with
  | |- is_derive (fun t => arccosh (@?u t)) _ _ => eapply (D_arccosh u); [derive | side']
  | |- is_derive (fun t => arctanh (@?u t)) _ _ => eapply (D_arctanh u); [derive | side']
  | |- is_derive (fun t => erf (@?u t)) _ _ => eapply (D_erf u); derive
  | |- is_derive (fun t => erfc (@?u t)) _ _ => eapply (D_erfc u); derive
  | |- is_derive (fun t => floor_real (@?u t)) _ _ => eapply (D_floor u); [derive | side']
  | |- is_derive (fun t => ceil_real (@?u t)) _ _ => eapply (D_ceil u); [derive | side']
  | |- is_derive (fun t => round_real (@?u t)) _ _ => eapply (D_round u); [derive | side']
  | |- is_derive (fun t => atan2 (@?u t) (@?v t)) _ _ => eapply (D_atan2 u v); [derive | derive | cbn beta; on_sheet]
  | _ => first [derive_erfinv f | derive_gamma f]
  end.
