(* Derivatives of expressions in real numbers: one lemma a node, a tactic that picks it by the head symbol. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(* ---------------------------------------------------------------- one lemma a node *)

Lemma D_eq (f : R -> R) (x d g : R) : is_derive f x d -> d = g -> is_derive f x g.
Proof. intros H E; rewrite <- E; exact H. Qed.

Lemma D_const (c x : R) : is_derive (fun _ => c) x 0.
Proof. apply (is_derive_const c x). Qed.

Lemma D_id (x : R) : is_derive (fun t => t) x 1.
Proof. apply (is_derive_id x). Qed.

Lemma D_plus (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> is_derive (fun t => u t + v t) x (du + dv).
Proof. intros U V; apply (is_derive_plus u v x du dv U V). Qed.

Lemma D_minus (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> is_derive (fun t => u t - v t) x (du - dv).
Proof. intros U V; apply (is_derive_minus u v x du dv U V). Qed.

Lemma D_opp (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => - u t) x (- du).
Proof. intros U; apply (is_derive_opp u x du U). Qed.

Lemma D_scale (c : R) (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => c * u t) x (c * du).
Proof. intros U; apply (is_derive_scal u x c du U). Qed.

Lemma D_mult (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> is_derive (fun t => u t * v t) x (du * v x + u x * dv).
Proof. intros U V; apply (is_derive_mult u v x du dv U V); intros; apply Rmult_comm. Qed.

Lemma D_inv (u : R -> R) (x du : R) : is_derive u x du -> u x <> 0 -> is_derive (fun t => / u t) x (- du / u x ^ 2).
Proof. intros U N; apply (is_derive_inv u x du U N). Qed.

Lemma D_div (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> v x <> 0 ->
  is_derive (fun t => u t / v t) x ((du * v x - u x * dv) / v x ^ 2).
Proof. intros U V N; apply (is_derive_div u v x du dv U V N). Qed.

Lemma D_over (u : R -> R) (c : R) (x du : R) : is_derive u x du -> is_derive (fun t => u t / c) x (du / c).
Proof.
  intros U; apply (is_derive_ext (fun t => / c * u t)); [intros t; unfold Rdiv; apply Rmult_comm |].
  eapply D_eq; [apply (D_scale (/ c) u x du U) | unfold Rdiv; apply Rmult_comm].
Qed.

Lemma D_pow (u : R -> R) (n : nat) (x du : R) :
  is_derive u x du -> is_derive (fun t => u t ^ n) x (INR n * u x ^ pred n * du).
Proof.
  intros U; eapply D_eq; [apply (is_derive_pow u n x du U) |].
  change (INR n * du * u x ^ pred n = INR n * u x ^ pred n * du); ring.
Qed.

Lemma D_comp (f u : R -> R) (x df du : R) :
  is_derive f (u x) df -> is_derive u x du -> is_derive (fun t => f (u t)) x (df * du).
Proof.
  intros F U; eapply D_eq; [apply (is_derive_comp f u x df du F U) | apply (Rmult_comm du df)].
Qed.

Lemma D_exp (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => exp (u t)) x (exp (u x) * du).
Proof. apply D_comp, is_derive_exp. Qed.

Lemma D_ln (u : R -> R) (x du : R) : is_derive u x du -> 0 < u x -> is_derive (fun t => ln (u t)) x (du / u x).
Proof.
  intros U P; eapply D_eq; [apply (D_comp ln u x (/ u x) du) | unfold Rdiv; ring].
  - apply is_derive_ln, P.
  - exact U.
Qed.

Lemma D_sqrt (u : R -> R) (x du : R) :
  is_derive u x du -> 0 < u x -> is_derive (fun t => sqrt (u t)) x (du / (2 * sqrt (u x))).
Proof. intros U P; apply (is_derive_sqrt u x du U P). Qed.

Lemma D_sin (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => sin (u t)) x (cos (u x) * du).
Proof. apply D_comp, is_derive_sin. Qed.

Lemma D_cos (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => cos (u t)) x (- sin (u x) * du).
Proof. apply D_comp, is_derive_cos. Qed.

Lemma D_tan (u : R -> R) (x du : R) :
  is_derive u x du -> cos (u x) <> 0 ->
  is_derive (fun t => tan (u t)) x ((cos (u x) * cos (u x) + sin (u x) * sin (u x)) / cos (u x) ^ 2 * du).
Proof.
  intros U N; apply D_comp; [| exact U]; unfold tan.
  eapply D_eq; [apply (D_div sin cos (u x) _ _ (is_derive_sin _) (is_derive_cos _) N) | field; exact N].
Qed.

Lemma D_sinh (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => sinh (u t)) x (cosh (u x) * du).
Proof. apply D_comp, is_derive_Reals, derivable_pt_lim_sinh. Qed.

Lemma D_cosh (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => cosh (u t)) x (sinh (u x) * du).
Proof. apply D_comp, is_derive_Reals, derivable_pt_lim_cosh. Qed.

Lemma cosh_positive x : 0 < cosh x.
Proof. unfold cosh; pose proof (exp_pos x); pose proof (exp_pos (- x)); lra. Qed.

Lemma cosh_sinh x : cosh x ^ 2 - sinh x ^ 2 = 1.
Proof.
  unfold cosh, sinh; pose proof (exp_pos x); rewrite exp_Ropp; field; lra.
Qed.

Lemma D_tanh (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => tanh (u t)) x ((1 - tanh (u x) ^ 2) * du).
Proof.
  apply D_comp; pose proof (cosh_positive (u x)) as P; pose proof (cosh_sinh (u x)) as E; unfold tanh.
  eapply D_eq; [apply (D_div sinh cosh (u x) (cosh (u x)) (sinh (u x))); [| | lra] |].
  - apply is_derive_Reals, derivable_pt_lim_sinh.
  - apply is_derive_Reals, derivable_pt_lim_cosh.
  - field; lra.
Qed.

Lemma D_atan (u : R -> R) (x du : R) : is_derive u x du -> is_derive (fun t => atan (u t)) x (du / (1 + u x ^ 2)).
Proof.
  intros U; eapply D_eq; [apply (D_comp atan u x (/ (1 + u x ^ 2)) du) | unfold Rdiv; ring].
  - apply (is_derive_ext atan); [reflexivity |].
    eapply D_eq; [apply is_derive_Reals, derivable_pt_lim_atan | unfold Rsqr, Rdiv; f_equal; ring].
  - exact U.
Qed.

Lemma D_asin (u : R -> R) (x du : R) :
  is_derive u x du -> -1 < u x < 1 -> is_derive (fun t => asin (u t)) x (du / sqrt (1 - u x ^ 2)).
Proof.
  intros U B; eapply D_eq; [apply (D_comp asin u x (1 / sqrt (1 - (u x)²)) du) |].
  - rewrite <- (derive_pt_asin (u x) B); apply is_derive_Reals, derive_pt_eq_1 with (pr := derivable_pt_asin (u x) B); reflexivity.
  - exact U.
  - unfold Rsqr, Rdiv; simpl; rewrite Rmult_1_r; ring.
Qed.

Lemma D_acos (u : R -> R) (x du : R) :
  is_derive u x du -> -1 < u x < 1 -> is_derive (fun t => acos (u t)) x (- du / sqrt (1 - u x ^ 2)).
Proof.
  intros U B; eapply D_eq; [apply (D_comp acos u x (-1 / sqrt (1 - (u x)²)) du) |].
  - rewrite <- (derive_pt_acos (u x) B); apply is_derive_Reals, derive_pt_eq_1 with (pr := derivable_pt_acos (u x) B); reflexivity.
  - exact U.
  - unfold Rsqr, Rdiv; simpl; rewrite Rmult_1_r; ring.
Qed.

Lemma D_arcsinh (u : R -> R) (x du : R) :
  is_derive u x du -> is_derive (fun t => arcsinh (u t)) x (du / sqrt (u x ^ 2 + 1)).
Proof.
  intros U; eapply D_eq; [apply (D_comp arcsinh u x (/ sqrt (u x ^ 2 + 1)) du) | unfold Rdiv; ring].
  - apply is_derive_Reals, derivable_pt_lim_arcsinh.
  - exact U.
Qed.

Lemma D_Rpower (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> 0 < u x ->
  is_derive (fun t => Rpower (u t) (v t)) x (Rpower (u x) (v x) * (dv * ln (u x) + v x * (du / u x))).
Proof.
  intros U V P; unfold Rpower.
  apply (D_exp (fun t => v t * ln (u t))), (D_mult v (fun t => ln (u t))); [exact V |].
  apply D_ln; assumption.
Qed.

(* ---------------------------------------------------------------- cases, off their boundary *)

Lemma near_less (u v : R -> R) (x du dv : R) :
  is_derive u x du -> is_derive v x dv -> u x < v x -> locally x (fun t => u t < v t).
Proof.
  intros U V L.
  assert (C : continuous (fun t => v t - u t) x).
  { apply (ex_derive_continuous (fun t => v t - u t)); exists (dv - du); apply (D_minus v u); assumption. }
  specialize (C (fun w => 0 < w)); assert (P : locally (v x - u x) (fun w => 0 < w)).
  { apply (open_gt 0); lra. }
  assert (Q : locally x (fun t => 0 < v t - u t)) by exact (C P).
  revert Q; apply filter_imp; intros t; lra.
Qed.

Ltac near H := eapply is_derive_ext_loc; [| eassumption]; generalize H; apply filter_imp; intros t ?.

Lemma D_if_lt (u v p q : R -> R) (x du dv d : R) :
  is_derive u x du -> is_derive v x dv -> u x < v x -> is_derive p x d ->
  is_derive (fun t => if Rlt_dec (u t) (v t) then p t else q t) x d.
Proof. intros U V L P; near (near_less u v x du dv U V L); destruct (Rlt_dec (u t) (v t)); [reflexivity | lra]. Qed.

Lemma D_if_not_lt (u v p q : R -> R) (x du dv d : R) :
  is_derive u x du -> is_derive v x dv -> v x < u x -> is_derive q x d ->
  is_derive (fun t => if Rlt_dec (u t) (v t) then p t else q t) x d.
Proof. intros U V L P; near (near_less v u x dv du V U L); destruct (Rlt_dec (u t) (v t)); [lra | reflexivity]. Qed.

Lemma D_if_le (u v p q : R -> R) (x du dv d : R) :
  is_derive u x du -> is_derive v x dv -> u x < v x -> is_derive p x d ->
  is_derive (fun t => if Rle_dec (u t) (v t) then p t else q t) x d.
Proof. intros U V L P; near (near_less u v x du dv U V L); destruct (Rle_dec (u t) (v t)); [reflexivity | lra]. Qed.

Lemma D_if_not_le (u v p q : R -> R) (x du dv d : R) :
  is_derive u x du -> is_derive v x dv -> v x < u x -> is_derive q x d ->
  is_derive (fun t => if Rle_dec (u t) (v t) then p t else q t) x d.
Proof. intros U V L P; near (near_less v u x dv du V U L); destruct (Rle_dec (u t) (v t)); [lra | reflexivity]. Qed.

Lemma D_if_ne (u v p q : R -> R) (x du dv d : R) :
  is_derive u x du -> is_derive v x dv -> u x <> v x -> is_derive q x d ->
  is_derive (fun t => if Req_EM_T (u t) (v t) then p t else q t) x d.
Proof.
  intros U V L P; destruct (Rdichotomy _ _ L) as [H | H].
  - near (near_less u v x du dv U V H); destruct (Req_EM_T (u t) (v t)); [lra | reflexivity].
  - near (near_less v u x dv du V U H); destruct (Req_EM_T (u t) (v t)); [lra | reflexivity].
Qed.

(* ---------------------------------------------------------------- signs *)

Lemma ln_above x : 1 < x -> 0 < ln x.
Proof. intros H; rewrite <- ln_1; apply ln_increasing; lra. Qed.

Lemma pow_even_nonneg x n : 0 <= x ^ (2 * n).
Proof. rewrite pow_mult; apply pow_le; simpl; rewrite Rmult_1_r; apply Rle_0_sqr. Qed.

Lemma square_nonneg x : 0 <= x ^ 2.
Proof. apply (pow_even_nonneg x 1). Qed.

Lemma pos_ne x : 0 < x -> x <> 0.
Proof. lra. Qed.

Lemma neg_ne x : x < 0 -> x <> 0.
Proof. lra. Qed.

Lemma ne_minus (x y : R) : x - y <> 0 -> x <> y.
Proof. intros H E; apply H; lra. Qed.

Lemma cos_positive x : -1 < x < 1 -> 0 < cos x.
Proof. intros B; pose proof PI2_1; apply cos_gt_0; lra. Qed.

Ltac leaf := first [assumption | lra | nra].

Ltac positive :=
  lazymatch goal with
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < Rpower _ _ => apply exp_pos
  | |- 0 < cosh _ => apply cosh_positive
  | |- 0 < cos _ => first [assumption | apply cos_positive; lra]
  | |- 0 < PI => apply PI_RGT_0
  | |- 0 < sqrt _ => first [assumption | apply sqrt_lt_R0; positive]
  | |- 0 < ln _ => first [assumption | apply ln_above; lra]
  | |- 0 < / _ => apply Rinv_0_lt_compat; positive
  | |- 0 < _ / _ => first [assumption | apply Rdiv_lt_0_compat; positive]
  | |- 0 < _ ^ _ => first [assumption | apply pow_lt; positive]
  | |- 0 < _ * _ => first [assumption | apply Rmult_lt_0_compat; positive | lra]
  | |- 0 < _ + _ =>
      first [ assumption
            | apply Rplus_lt_0_compat; positive
            | apply Rplus_lt_le_0_compat; [positive | nonnegative]
            | apply Rplus_le_lt_0_compat; [nonnegative | positive]
            | lra ]
  | _ => leaf
  end
with nonnegative :=
  lazymatch goal with
  | |- 0 <= _ ^ 2 => apply square_nonneg
  | |- 0 <= _ ^ 4 => apply (pow_even_nonneg _ 2)
  | |- 0 <= _ ^ 6 => apply (pow_even_nonneg _ 3)
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= _ + _ => first [apply Rplus_le_le_0_compat; nonnegative | lra]
  | |- 0 <= _ * _ => first [apply Rmult_le_pos; nonnegative | lra]
  | |- 0 <= _ => first [assumption | apply Rlt_le; positive | lra]
  end.

(* A side condition: nonzero, positive, within bounds. *)
Ltac side :=
  lazymatch goal with
  | |- True => exact I
  | |- _ /\ _ => split; side
  | |- ?a <> 0 => first [assumption | nonzero]
  | |- 0 <> _ => apply not_eq_sym; side
  | |- _ <> _ => first [assumption | lra | apply ne_minus; nonzero]
  | |- 0 < _ => first [positive | lra | nra]
  | |- 0 <= _ => first [nonnegative | lra | nra]
  | |- _ < _ => first [assumption | lra | nra]
  | |- _ <= _ => first [assumption | lra | nra]
  | _ => first [assumption | lra | nra]
  end
with nonzero :=
  lazymatch goal with
  | |- exp _ <> 0 => apply pos_ne, exp_pos
  | |- / _ <> 0 => apply Rinv_neq_0_compat; side
  | |- _ ^ _ <> 0 => first [assumption | apply pow_nonzero; side]
  | |- _ * _ <> 0 =>
      first [assumption | apply Rmult_integral_contrapositive_currified; side | intros ?; nra]
  | |- - _ <> 0 => apply Ropp_neq_0_compat; side
  | |- _ =>
      first [ apply pos_ne; positive
            | assumption
            | intros ?; lra
            | apply pos_ne; nra
            | apply neg_ne; nra
            | intros ?; nra ]
  end.

(* ---------------------------------------------------------------- differentiate *)

(* Other rooms of the prelude redefine this one, for functions of their own. *)
Ltac derive_more f := fail "no rule for" f.
Ltac more_side := fail "undecided side condition".

Ltac derive :=
  lazymatch goal with
  | |- is_derive (fun _ => ?c) _ _ => apply (D_const c)
  | |- is_derive (fun t => t) _ _ => apply D_id
  | |- is_derive (fun t => @?u t + @?v t) _ _ => eapply (D_plus u v); [derive | derive]
  | |- is_derive (fun t => @?u t - @?v t) _ _ => eapply (D_minus u v); [derive | derive]
  | |- is_derive (fun t => - @?u t) _ _ => eapply (D_opp u); derive
  | |- is_derive (fun t => @?u t * @?v t) _ _ =>
      lazymatch u with
      | fun _ => ?c => eapply (D_scale c v); derive
      | _ => eapply (D_mult u v); [derive | derive]
      end
  | |- is_derive (fun t => @?u t / @?v t) _ _ =>
      lazymatch v with
      | fun _ => ?c => eapply (D_over u c); derive
      | _ => eapply (D_div u v); [derive | derive | side']
      end
  | |- is_derive (fun t => / @?u t) _ _ => eapply (D_inv u); [derive | side']
  | |- is_derive (fun t => @?u t ^ @?n t) _ _ => lazymatch n with fun _ => ?k => eapply (D_pow u k); derive end
  | |- is_derive (fun t => exp (@?u t)) _ _ => eapply (D_exp u); derive
  | |- is_derive (fun t => ln (@?u t)) _ _ => eapply (D_ln u); [derive | side']
  | |- is_derive (fun t => sqrt (@?u t)) _ _ => eapply (D_sqrt u); [derive | side']
  | |- is_derive (fun t => sin (@?u t)) _ _ => eapply (D_sin u); derive
  | |- is_derive (fun t => cos (@?u t)) _ _ => eapply (D_cos u); derive
  | |- is_derive (fun t => tan (@?u t)) _ _ => eapply (D_tan u); [derive | side']
  | |- is_derive (fun t => sinh (@?u t)) _ _ => eapply (D_sinh u); derive
  | |- is_derive (fun t => cosh (@?u t)) _ _ => eapply (D_cosh u); derive
  | |- is_derive (fun t => tanh (@?u t)) _ _ => eapply (D_tanh u); derive
  | |- is_derive (fun t => atan (@?u t)) _ _ => eapply (D_atan u); derive
  | |- is_derive (fun t => asin (@?u t)) _ _ => eapply (D_asin u); [derive | side']
  | |- is_derive (fun t => acos (@?u t)) _ _ => eapply (D_acos u); [derive | side']
  | |- is_derive (fun t => arcsinh (@?u t)) _ _ => eapply (D_arcsinh u); derive
  | |- is_derive (fun t => Rpower (@?u t) (@?v t)) _ _ => eapply (D_Rpower u v); [derive | derive | side']
  | |- is_derive (fun t => if Rlt_dec (@?u t) (@?v t) then @?p t else @?q t) _ _ =>
      first [ eapply (D_if_lt u v p q); [derive | derive | decided | derive]
            | eapply (D_if_not_lt u v p q); [derive | derive | decided | derive] ]
  | |- is_derive (fun t => if Rle_dec (@?u t) (@?v t) then @?p t else @?q t) _ _ =>
      first [ eapply (D_if_le u v p q); [derive | derive | decided | derive]
            | eapply (D_if_not_le u v p q); [derive | derive | decided | derive] ]
  | |- is_derive (fun t => if Req_EM_T (@?u t) (@?v t) then @?p t else @?q t) _ _ =>
      eapply (D_if_ne u v p q); [derive | derive | decided | derive]
  | |- is_derive ?f _ _ => derive_more f
  end
with side' := cbn beta; at_point; first [side | more_side]
with decided := cbn beta; at_point; first [assumption | lra | nra]
(* Cases whose condition is about the point itself, and so known. *)
with at_point :=
  repeat match goal with
  | |- context [Rlt_dec ?a ?b] => destruct (Rlt_dec a b); try (exfalso; lra)
  | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b); try (exfalso; lra)
  | |- context [Req_EM_T ?a ?b] => destruct (Req_EM_T a b); try (exfalso; lra)
  end.

(* ---------------------------------------------------------------- closing D = g *)

(* Off the boundary of a case distinction the point is on one of its sides. *)
Ltac cases_in H :=
  repeat match type of H with
  | context [Rlt_dec ?a ?b] => destruct (Rlt_dec a b); try (exfalso; lra)
  | context [Rle_dec ?a ?b] => destruct (Rle_dec a b); try (exfalso; lra)
  | context [Req_EM_T ?a ?b] => destruct (Req_EM_T a b); try (exfalso; lra)
  end.

Ltac settle H :=
  cases_in H;
  lazymatch type of H with
  | ~ ?c -> _ => first [ assert c by lra; clear H | specialize (H ltac:(intro; lra)); settle H | idtac ]
  | _ <> _ => destruct (Rdichotomy _ _ H); try (exfalso; lra)
  | ?c -> _ => first [ specialize (H ltac:(lra)); settle H | assert (~ c) by (intro; lra); clear H | idtac ]
  | _ => idtac
  end.

Ltac conjuncts := repeat match goal with |- _ /\ _ => split end.

Ltac needed := intros; at_point; first [side | more_side].

Ltac plain := at_point; cbn [INR pred]; unfold tanh, sinh, cosh, tan, Rpower.

Ltac exponent r :=
  lazymatch r with
  | ?p * ?q => let a := exponent p in let b := exponent q in constr:(a + b)
  | / (exp ?b ^ ?n) => constr:(- (INR n * b))
  | exp ?b ^ ?n => constr:(INR n * b)
  | / exp ?b => constr:(- b)
  | exp ?b => b
  end.

Lemma exp_times (n : nat) b : exp (INR n * b) = exp b ^ n.
Proof.
  induction n as [| n IH]; [simpl; rewrite Rmult_0_l; apply exp_0 |].
  rewrite S_INR, Rmult_plus_distr_r, exp_plus, Rmult_1_l, IH; simpl; ring.
Qed.

Ltac expo close :=
  lazymatch goal with
  | |- exp _ = ?r =>
      let a := exponent r in
      transitivity (exp a);
      [f_equal; cbn [INR]; close | rewrite ?exp_plus, ?exp_Ropp, ?exp_times; reflexivity]
  end.

Lemma by_relations d g e : d - g = e -> e = 0 -> d = g.
Proof. lra. Qed.

Lemma root_relation u : 0 <= u -> sqrt u ^ 2 - u = 0.
Proof. intros H; rewrite pow2_sqrt; lra. Qed.

Lemma circle_relation u : sin u ^ 2 + cos u ^ 2 - 1 = 0.
Proof. pose proof (sin2_cos2 u) as H; unfold Rsqr in H; nra. Qed.

(* ---------------------------------------------------------------- wrong claims *)

Lemma refute (f : R -> R) (x d g : R) : is_derive f x d -> d <> g -> ~ is_derive f x g.
Proof.
  intros D N G; apply N; rewrite <- (is_derive_unique f x d D); apply (is_derive_unique f x g G).
Qed.
