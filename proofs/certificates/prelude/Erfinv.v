(* The inverse of erf. That it is one on all of (-1, 1) is the integral of Gauss, by the proof that needs one variable. *)
From Coq Require Import Reals Lra Psatz Ranalysis5.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Special.
Open Scope R_scope.

(* The largest x with erf x <= y. *)
Definition erfinv y := real (Lub_Rbar (fun x => erf x <= y)).

(* ---------------------------------------------------------------- erf increases *)

Lemma D_erf_id x : is_derive erf x (2 / sqrt PI * exp (- x ^ 2)).
Proof. eapply D_eq; [apply (D_erf (fun t => t) x 1), D_id | ring]. Qed.

Lemma root_of_pi : 0 < sqrt PI /\ sqrt PI ^ 2 = PI.
Proof. pose proof PI_RGT_0; split; [apply sqrt_lt_R0; assumption | apply pow2_sqrt; lra]. Qed.

Lemma erf_slope_positive x : 0 < 2 / sqrt PI * exp (- x ^ 2).
Proof. destruct root_of_pi; apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; lra | apply exp_pos]. Qed.

Lemma erf_continuous x : continuity_pt erf x.
Proof.
  apply continuity_pt_filterlim, (ex_derive_continuous erf); eexists; apply D_erf_id.
Qed.

Lemma erf_increasing a b : a < b -> erf a < erf b.
Proof.
  intros L; destruct (MVT_gen erf a b (fun x => 2 / sqrt PI * exp (- x ^ 2))) as [c [_ E]].
  - intros x _; apply D_erf_id.
  - intros x _; apply erf_continuous.
  - pose proof (erf_slope_positive c); nra.
Qed.

Lemma erfinv_erf x : erfinv (erf x) = x.
Proof.
  unfold erfinv; rewrite (is_lub_Rbar_unique _ (Finite x)); [reflexivity | split].
  - intros t T; simpl; destruct (Rle_lt_dec t x); [assumption |]; pose proof (erf_increasing x t); lra.
  - intros b B; apply B, Rle_refl.
Qed.

(* ---------------------------------------------------------------- the integral of Gauss *)

Definition gauss t x := exp (- t ^ 2 * (1 + x ^ 2)) / (1 + x ^ 2).

Lemma one_and_square x : 0 < 1 + x ^ 2.
Proof. nra. Qed.

Lemma D_gauss t x : is_derive (fun u => gauss u x) t (- (2 * t) * exp (- t ^ 2 * (1 + x ^ 2))).
Proof.
  pose proof (one_and_square x); unfold gauss; eapply D_eq; [derive | cbn [INR pred]; field; lra].
Qed.

Lemma gauss_continuous t x : continuous (gauss t) x.
Proof.
  apply (ex_derive_continuous (gauss t)); eexists; unfold gauss; derive; apply pos_ne, one_and_square.
Qed.

Lemma gauss_integrable t : ex_RInt (gauss t) 0 1.
Proof. apply (ex_RInt_continuous (gauss t)); intros; apply gauss_continuous. Qed.

Lemma bell_integrable a b : ex_RInt bell a b.
Proof. apply (ex_RInt_continuous bell); intros; apply bell_continuous. Qed.

Lemma RInt_same (f g : R -> R) (a b : R) : (forall x, f x = g x) -> RInt f a b = RInt g a b.
Proof. intros E; apply RInt_ext; intros x _; apply E. Qed.

Lemma RInt_times (c : R) (f : R -> R) (a b : R) : ex_RInt f a b -> RInt (fun x => c * f x) a b = c * RInt f a b.
Proof. intros I; exact (RInt_scal (V := R_CompleteNormedModule) f a b c I). Qed.

Lemma slope_of_gauss_continuous t x : continuity_2d_pt (fun u v => - (2 * u) * exp (- u ^ 2 * (1 + v ^ 2))) t x.
Proof.
  pose proof (continuity_2d_pt_id1 t x); pose proof (continuity_2d_pt_id2 t x).
  apply (continuity_2d_pt_ext (fun u v => - (2 * u) * exp (- (u * u) * (1 + v * v)))).
  { intros u v; do 2 f_equal; ring. }
  apply continuity_2d_pt_mult.
  - apply continuity_2d_pt_opp, continuity_2d_pt_mult; [apply continuity_2d_pt_const | assumption].
  - apply (continuity_1d_2d_pt_comp exp); [apply derivable_continuous_pt, derivable_pt_exp |].
    apply continuity_2d_pt_mult; [apply continuity_2d_pt_opp | apply continuity_2d_pt_plus; [apply continuity_2d_pt_const |]];
      apply continuity_2d_pt_mult; assumption.
Qed.

Lemma D_RInt_gauss t :
  is_derive (fun u => RInt (gauss u) 0 1) t (RInt (fun x => - (2 * t) * exp (- t ^ 2 * (1 + x ^ 2))) 0 1).
Proof.
  rewrite (RInt_same _ (fun x => Derive (fun u => gauss u x) t)).
  - apply is_derive_RInt_param.
    + exists (mkposreal 1 Rlt_0_1); intros u _ x _; eexists; apply D_gauss.
    + intros x _; apply (continuity_2d_pt_ext (fun u v => - (2 * u) * exp (- u ^ 2 * (1 + v ^ 2)))).
      * intros u v; symmetry; apply is_derive_unique, D_gauss.
      * apply slope_of_gauss_continuous.
    + exists (mkposreal 1 Rlt_0_1); intros u _; apply gauss_integrable.
  - intros x; symmetry; apply is_derive_unique, D_gauss.
Qed.

Lemma bell_stretched t : ex_RInt (fun x => t * bell (t * x)) 0 1.
Proof.
  apply (ex_RInt_continuous (fun x => t * bell (t * x))); intros x _.
  apply (ex_derive_continuous (fun x => t * bell (t * x))); eexists; unfold bell; derive.
Qed.

(* The integral of bell (c x) c dx over [0, b] is that of bell over [0, c b]. *)
Lemma stretched c b : RInt (fun x => c * bell (c * x)) 0 b = RInt bell 0 (c * b).
Proof.
  pose proof (RInt_comp_lin bell c 0 0 b (bell_integrable _ _)) as S.
  rewrite Rmult_0_r, !Rplus_0_r in S; rewrite <- S; apply RInt_same; intros x; rewrite Rplus_0_r; reflexivity.
Qed.

Lemma slope_of_integral t :
  RInt (fun x => - (2 * t) * exp (- t ^ 2 * (1 + x ^ 2))) 0 1 = - (2 * bell t) * RInt bell 0 t.
Proof.
  replace (RInt bell 0 t) with (RInt bell 0 (t * 1)) by (rewrite Rmult_1_r; reflexivity); rewrite <- stretched.
  rewrite <- (RInt_times (- (2 * bell t)) _ _ _ (bell_stretched t)); apply RInt_same; intros x.
  unfold bell; replace (- t ^ 2 * (1 + x ^ 2)) with (- t ^ 2 + - (t * x) ^ 2) by ring; rewrite exp_plus; ring.
Qed.

Lemma D_area t : is_derive (fun u => RInt bell 0 u) t (bell t).
Proof.
  apply (is_derive_RInt bell (fun w => RInt bell 0 w) 0); [| apply bell_continuous].
  exists (mkposreal 1 Rlt_0_1); intros w _; apply (@RInt_correct R_CompleteNormedModule), bell_integrable.
Qed.

Lemma gauss_at_0 : RInt (gauss 0) 0 1 = PI / 4.
Proof.
  rewrite <- atan_1; replace (atan 1) with (minus (atan 1) (atan 0)); cycle 1.
  { unfold minus, plus, opp; simpl; rewrite atan_0; ring. }
  apply is_RInt_unique, (is_RInt_ext (fun x => / (1 + x ^ 2))).
  - intros x _; change (/ (1 + x ^ 2) = exp (- 0 ^ 2 * (1 + x ^ 2)) / (1 + x ^ 2)).
    replace (- 0 ^ 2 * (1 + x ^ 2)) with 0 by ring; rewrite exp_0; field.
    apply pos_ne, one_and_square.
  - apply (is_RInt_derive atan).
    + intros x _; eapply D_eq; [apply (D_atan (fun t => t)), D_id | field; apply pos_ne, one_and_square].
    + intros x _; apply (ex_derive_continuous (fun x => / (1 + x ^ 2))); eexists; derive; apply pos_ne, one_and_square.
Qed.

Lemma gauss_and_square t : 0 <= t -> RInt bell 0 t ^ 2 + RInt (gauss t) 0 1 = PI / 4.
Proof.
  intros N; rewrite <- gauss_at_0; set (whole := fun u => RInt bell 0 u ^ 2 + RInt (gauss u) 0 1).
  assert (Z : whole 0 = RInt (gauss 0) 0 1).
  { unfold whole; rewrite RInt_point; unfold zero; simpl; ring. }
  rewrite <- Z; change (whole t = whole 0); destruct N as [P | <-]; [symmetry | reflexivity].
  apply (eq_is_derive whole); [| exact P]; intros u _; unfold whole; eapply D_eq.
  - apply (D_plus (fun u => RInt bell 0 u ^ 2)); [apply (D_pow (fun u => RInt bell 0 u) 2), D_area | apply D_RInt_gauss].
  - rewrite slope_of_integral; unfold zero; cbn [INR pred]; simpl; ring.
Qed.

(* ---------------------------------------------------------------- the range of erf *)

Lemma gauss_vanishes t : 0 < RInt (gauss t) 0 1 <= / (1 + t ^ 2).
Proof.
  split.
  - apply RInt_gt_0; [lra | | intros; apply gauss_continuous].
    intros x _; apply Rdiv_lt_0_compat; [apply exp_pos | apply one_and_square].
  - replace (/ (1 + t ^ 2)) with (RInt (fun _ : R => / (1 + t ^ 2)) 0 1); cycle 1.
    { rewrite RInt_const; unfold scal; simpl; unfold mult; simpl; ring. }
    apply RInt_le; [lra | apply gauss_integrable | apply ex_RInt_const |]; intros x _; unfold gauss.
    pose proof (exp_ineq1_le (t ^ 2 * (1 + x ^ 2))); pose proof (one_and_square x); pose proof (one_and_square t).
    assert (0 <= t ^ 2 * x ^ 2) by (apply Rmult_le_pos; apply square_nonneg).
    replace (- t ^ 2 * (1 + x ^ 2)) with (- (t ^ 2 * (1 + x ^ 2))) by ring; rewrite exp_Ropp.
    unfold Rdiv; rewrite <- Rinv_mult; apply Rinv_le_contravar; nra.
Qed.

Lemma erf_square t : 0 <= t -> 1 - 2 / (1 + t ^ 2) <= erf t ^ 2 < 1.
Proof.
  intros N; pose proof (gauss_and_square t N); pose proof (gauss_vanishes t); destruct root_of_pi as [P S].
  pose proof PI2_1 as B; assert (E : erf t ^ 2 = 4 / PI * RInt bell 0 t ^ 2).
  { unfold erf; rewrite <- S at 2; field; lra. }
  rewrite E; replace (RInt bell 0 t ^ 2) with (PI / 4 - RInt (gauss t) 0 1) by lra.
  replace (4 / PI * (PI / 4 - RInt (gauss t) 0 1)) with (1 - 4 / PI * RInt (gauss t) 0 1) by (field; lra).
  assert (Q : 0 < 4 / PI <= 2).
  { split; [apply Rdiv_lt_0_compat; lra | apply (Rmult_le_reg_r PI); [lra | field_simplify; lra]]. }
  split; [unfold Rdiv at 1 | ]; nra.
Qed.

Lemma erf_odd x : erf (- x) = - erf x.
Proof.
  unfold erf; replace (- x) with (-1 * x) by ring; rewrite <- stretched.
  rewrite (RInt_same _ (fun y => -1 * bell y)).
  - rewrite (RInt_times (-1) bell 0 x (bell_integrable _ _)); ring.
  - intros y; unfold bell; do 2 f_equal; ring.
Qed.

Lemma erf_0 : erf 0 = 0.
Proof. pose proof (erf_odd 0) as E; rewrite Ropp_0 in E; lra. Qed.

Lemma erf_reaches y : 0 <= y < 1 -> exists t, 0 <= t /\ y <= erf t.
Proof.
  intros B; assert (P : 0 < / (1 - y)) by (apply Rinv_0_lt_compat; lra).
  assert (E : (1 - y) * / (1 - y) = 1) by (field; lra).
  set (t := 2 * / (1 - y)) in *; exists t; split; [unfold t; lra |].
  assert (G : 2 <= t) by (unfold t; nra); destruct (erf_square t) as [L _]; [lra |].
  assert (Q : 2 / (1 + t ^ 2) <= 1 - y).
  { apply (Rmult_le_reg_r (1 + t ^ 2)); [apply one_and_square |]; field_simplify; [| nra].
    assert (T : (1 - y) * t = 2) by (unfold t; lra); nra. }
  assert (0 < erf t) by (rewrite <- erf_0; apply erf_increasing; lra); nra.
Qed.

Lemma erf_onto y : -1 < y < 1 -> exists x, erf x = y.
Proof.
  intros B; destruct (erf_reaches (Rabs y)) as [t [N T]].
  { split; [apply Rabs_pos | apply Rabs_def1; lra]. }
  assert (I : Rmin (erf (- t)) (erf t) <= y <= Rmax (erf (- t)) (erf t)).
  { rewrite erf_odd; pose proof (Rle_abs y); pose proof (Rle_abs (- y)) as M; rewrite Rabs_Ropp in M.
    split; [eapply Rle_trans; [apply Rmin_l | lra] | eapply Rle_trans; [| apply Rmax_r]; lra]. }
  destruct (IVT_gen erf (- t) t y erf_continuous I) as [x [_ E]]; exists x; exact E.
Qed.

Lemma erf_erfinv y : -1 < y < 1 -> erf (erfinv y) = y.
Proof. intros B; destruct (erf_onto y B) as [x <-]; rewrite erfinv_erf; reflexivity. Qed.

(* ---------------------------------------------------------------- the slope of the inverse *)

Lemma erfinv_increasing a b : -1 < a < 1 -> -1 < b < 1 -> a <= b -> erfinv a <= erfinv b.
Proof.
  intros A B L; destruct (Rle_lt_dec (erfinv a) (erfinv b)) as [| G]; [assumption |].
  pose proof (erf_increasing _ _ G); rewrite !erf_erfinv in *; lra.
Qed.

Lemma erfinv_continuous y : -1 < y < 1 -> continuity_pt erfinv y.
Proof.
  intros B; apply (continuity_pt_recip_prelim erf erfinv (erfinv y - 1) (erfinv y + 1)); [lra | | | |].
  - intros a b _ L _; apply erf_increasing, L.
  - intros x _; apply erfinv_erf.
  - intros x _; apply erf_continuous.
  - rewrite <- (erf_erfinv y B) at 2 3; split; apply erf_increasing; lra.
Qed.

Lemma D_erfinv_id y : -1 < y < 1 -> is_derive erfinv y (sqrt PI / 2 * exp (erfinv y ^ 2)).
Proof.
  intros B; set (slope := fun x => 2 / sqrt PI * exp (- x ^ 2)).
  set (low := (y - 1) / 2); set (high := (y + 1) / 2); assert (N : low < y < high) by (unfold low, high; lra).
  assert (F : forall a, erfinv low <= a <= erfinv high -> derivable_pt erf a).
  { intros a _; exists (slope a); apply is_derive_Reals, D_erf_id. }
  assert (I : erfinv low <= erfinv y <= erfinv high) by (split; apply erfinv_increasing; unfold low, high; lra).
  assert (E : derive_pt erf (erfinv y) (F (erfinv y) I) = slope (erfinv y)).
  { apply derive_pt_eq_0, is_derive_Reals, D_erf_id. }
  destruct root_of_pi as [P _]; eapply D_eq.
  - apply is_derive_Reals, (derivable_pt_lim_recip_interv erf erfinv low high y F (erfinv_continuous y B)) with (Prg_incr := I).
    + lra.
    + exact N.
    + intros x X; unfold comp, id; apply erf_erfinv; unfold low, high in X; lra.
    + rewrite E; apply pos_ne, erf_slope_positive.
  - rewrite E; unfold slope; rewrite exp_Ropp; pose proof (exp_pos (erfinv y ^ 2)); field; lra.
Qed.

Lemma D_erfinv (u : R -> R) (x du : R) :
  is_derive u x du -> -1 < u x < 1 ->
  is_derive (fun t => erfinv (u t)) x (sqrt PI / 2 * exp (erfinv (u x) ^ 2) * du).
Proof. intros U B; apply (D_comp erfinv); [apply D_erfinv_id, B | exact U]. Qed.

Ltac derive_erfinv f ::=
  lazymatch goal with
  | |- is_derive (fun t => erfinv (@?u t)) _ _ => eapply (D_erfinv u); [derive | side']
  end.
