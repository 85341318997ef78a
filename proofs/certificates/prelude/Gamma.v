(* The logarithm of the gamma function and the polygamma functions by their series, which are differentiated term by term. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Special.
Open Scope R_scope.

(* The limit of 1 + 1/2 + ... + 1/n - ln n. *)
Definition euler := real (Lim_seq (fun n => sum_n (fun k => / INR (S k)) n - ln (INR (S n)))).

(* DLMF, eq. 5.8.2: Weierstrass's product. *)
Definition gammaln (x : R) := - euler * x - ln x + Series (fun n => x / (1 + INR n) - ln (1 + x / (1 + INR n))).

(* DLMF, eq. 5.7.6 and 5.15.1. *)
Definition polygamma (m : nat) (x : R) :=
  match m with
  | O => - euler + Series (fun n => / (1 + INR n) - / (x + INR n))
  | S _ => (-1) ^ S m * INR (fact m) * Series (fun n => / (x + INR n) ^ S m)
  end.

(* ---------------------------------------------------------------- series term by term *)

Lemma dominated (a b : nat -> R) : (forall n, Rabs (a n) <= b n) -> ex_series b -> ex_series a.
Proof. exact (@ex_series_le R_AbsRing R_CompleteNormedModule a b). Qed.

Lemma telescopes (v : nat -> R) (l : R) : is_lim_seq v l -> is_series (fun n => v n - v (S n)) (v 0%nat - l).
Proof.
  intros L; change (is_lim_seq (sum_n (fun n => v n - v (S n))) (v 0%nat - l)).
  apply (is_lim_seq_ext (fun n => v 0%nat - v (S n))).
  - intros n; induction n as [| n E]; [rewrite sum_O; reflexivity |].
    rewrite sum_Sn, <- E; change (v 0%nat - v (S (S n)) = v 0%nat - v (S n) + (v (S n) - v (S (S n)))); ring.
  - apply is_lim_seq_minus'; [apply is_lim_seq_const | apply -> is_lim_seq_incr_1; exact L].
Qed.

(* A remainder of second order leaves a derivative. *)
Lemma D_by_remainder (f : R -> R) (x d k : R) (r : posreal) :
  (forall y, Rabs (y - x) < r -> Rabs (f y - f x - d * (y - x)) <= k * (y - x) ^ 2) -> is_derive f x d.
Proof.
  intros B; apply is_derive_Reals; intros e P; pose proof (Rabs_pos k) as K; pose proof (Rle_abs k) as A.
  assert (Q : 0 < e / (Rabs k + 1)) by (apply Rdiv_lt_0_compat; lra).
  exists (mkposreal _ (Rmin_stable_in_posreal r (mkposreal _ Q))); simpl; intros h N L.
  assert (L1 : Rabs h < r) by (eapply Rlt_le_trans; [exact L | apply Rmin_l]).
  assert (L2 : Rabs h < e / (Rabs k + 1)) by (eapply Rlt_le_trans; [exact L | apply Rmin_r]).
  specialize (B (x + h)); replace (x + h - x) with h in B by ring; specialize (B L1).
  replace ((f (x + h) - f x) / h - d) with ((f (x + h) - f x - d * h) / h) by (field; exact N).
  pose proof (Rabs_pos_lt h N) as H; rewrite Rabs_div by exact N.
  apply (Rmult_lt_reg_r (Rabs h)); [exact H |]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply (Rmult_lt_compat_r (Rabs k + 1)) in L2; [| lra]; unfold Rdiv in L2.
  rewrite Rmult_assoc, Rinv_l, Rmult_1_r in L2 by lra; rewrite <- (pow2_abs h) in B; nra.
Qed.

Lemma between_ball (a b x y c : R) : a < x < b -> a < y < b -> Rmin x y <= c <= Rmax x y -> a < c < b.
Proof. unfold Rmin, Rmax; destruct (Rle_dec x y); lra. Qed.

Lemma remainder (f df ddf : R -> R) (a b x y m : R) :
  (forall t, a < t < b -> is_derive f t (df t)) -> (forall t, a < t < b -> is_derive df t (ddf t)) ->
  (forall t, a < t < b -> Rabs (ddf t) <= m) -> a < x < b -> a < y < b ->
  Rabs (f y - f x - df x * (y - x)) <= m * (y - x) ^ 2.
Proof.
  intros F G B X Y.
  assert (C : forall g dg, (forall t, a < t < b -> is_derive g t (dg t)) -> forall z, a < z < b ->
    exists c, Rmin x z <= c <= Rmax x z /\ g z - g x = dg c * (z - x)).
  { intros g dg D z Z; apply MVT_gen.
    - intros t T; apply D, (between_ball a b x z); [assumption | assumption | lra].
    - intros t T; apply continuity_pt_filterlim, (ex_derive_continuous g); exists (dg t).
      apply D, (between_ball a b x z); assumption. }
  destruct (C f df F y Y) as [c [I E]]; assert (J := between_ball a b x y c X Y I).
  destruct (C df ddf G c J) as [e [I' E']]; assert (J' := between_ball a b x c e X J I').
  replace (f y - f x - df x * (y - x)) with (ddf e * (c - x) * (y - x)) by (rewrite <- E', E; ring).
  assert (N : Rabs (c - x) <= Rabs (y - x)).
  { revert I; unfold Rmin, Rmax; destruct (Rle_dec x y); intros I; unfold Rabs; repeat destruct Rcase_abs; lra. }
  rewrite 2!Rabs_mult, <- (pow2_abs (y - x)); pose proof (B e J'); pose proof (Rabs_pos (ddf e)).
  pose proof (Rabs_pos (c - x)); pose proof (Rabs_pos (y - x)).
  apply Rle_trans with (m * Rabs (y - x) * Rabs (y - x)); [| right; ring].
  apply Rmult_le_compat_r; [assumption |]; apply Rmult_le_compat; assumption.
Qed.

Lemma D_Series (f df ddf : nat -> R -> R) (m : nat -> R) (a b x : R) :
  (forall n t, a < t < b -> is_derive (f n) t (df n t)) -> (forall n t, a < t < b -> is_derive (df n) t (ddf n t)) ->
  (forall n t, a < t < b -> Rabs (ddf n t) <= m n) -> ex_series m ->
  (forall t, a < t < b -> ex_series (fun n => f n t)) -> ex_series (fun n => df n x) -> a < x < b ->
  is_derive (fun t => Series (fun n => f n t)) x (Series (fun n => df n x)).
Proof.
  intros F G B M S T X; assert (P : 0 < Rmin (x - a) (b - x)) by (apply Rmin_glb_lt; lra).
  apply (D_by_remainder _ x _ (Series m) (mkposreal _ P)); simpl; intros y L.
  assert (Y : a < y < b).
  { pose proof (Rmin_l (x - a) (b - x)); pose proof (Rmin_r (x - a) (b - x)); apply Rabs_def2 in L; lra. }
  assert (R : forall n, Rabs (f n y - f n x - df n x * (y - x)) <= m n * (y - x) ^ 2).
  { intros n; apply (remainder (f n) (df n) (ddf n) a b); auto. }
  assert (E : ex_series (fun n => m n * (y - x) ^ 2)).
  { apply (ex_series_ext (fun n => (y - x) ^ 2 * m n)); [intros; apply Rmult_comm |].
    exact (ex_series_scal_l ((y - x) ^ 2) m M). }
  assert (E' : ex_series (fun n => df n x * (y - x))).
  { apply (ex_series_ext (fun n => (y - x) * df n x)); [intros; apply Rmult_comm |].
    exact (ex_series_scal_l (y - x) (fun n => df n x) T). }
  assert (D : ex_series (fun n => f n y - f n x)) by exact (ex_series_minus _ _ (S y Y) (S x X)).
  rewrite <- !Series_scal_r, <- Series_minus, <- Series_minus by auto.
  eapply Rle_trans; [apply Series_Rabs |].
  - apply (dominated _ (fun n => m n * (y - x) ^ 2)); [| exact E]; intros n; rewrite Rabs_Rabsolu; apply R.
  - apply Series_le; [| exact E]; intros n; split; [apply Rabs_pos | apply R].
Qed.

(* ---------------------------------------------------------------- powers of reciprocals *)

Lemma INR_nonneg n : 0 <= INR n.
Proof. apply pos_INR. Qed.

Lemma apart (x : R) n : 0 < x -> 0 < x + INR n.
Proof. pose proof (INR_nonneg n); lra. Qed.

Lemma reciprocals_vanish x : 0 < x -> is_lim_seq (fun n => / (x + INR n)) 0.
Proof.
  intros P; apply (is_lim_seq_inv (fun n => x + INR n) p_infty); [| discriminate].
  apply (is_lim_seq_plus _ _ x p_infty p_infty); [apply is_lim_seq_const | apply is_lim_seq_INR | reflexivity].
Qed.

Lemma reciprocals_telescope x : 0 < x -> is_series (fun n => / (x + INR n) - / (x + INR (S n))) (/ x).
Proof.
  intros P; eapply is_series_ext; [intros; reflexivity |].
  replace (/ x) with (/ (x + INR 0) - 0) by (simpl; rewrite Rplus_0_r; ring).
  apply (telescopes (fun n => / (x + INR n))), reciprocals_vanish, P.
Qed.

Lemma inverse_powers (k : nat) x : 0 < x -> ex_series (fun n => / (x + INR n) ^ S (S k)).
Proof.
  intros P; set (c := (/ x) ^ k * (1 + / x)).
  apply (dominated _ (fun n => c * (/ (x + INR n) - / (x + INR (S n))))); cycle 1.
  { apply (ex_series_scal_l c (fun n => / (x + INR n) - / (x + INR (S n)))); eexists; apply reciprocals_telescope, P. }
  intros n; pose proof (apart x n P) as Q; pose proof (INR_nonneg n); pose proof (Rinv_0_lt_compat x P).
  pose proof (Rinv_0_lt_compat _ Q) as I; rewrite S_INR, Rabs_pos_eq by (apply Rlt_le, Rinv_0_lt_compat, pow_lt, Q).
  assert (L : / (x + INR n) <= / x) by (apply Rinv_le_contravar; lra).
  assert (E : / (x + INR n) - / (x + (INR n + 1)) = / (x + INR n) * / (x + (INR n + 1))) by (field; lra).
  assert (B : / (x + INR n) <= (1 + / x) * / (x + (INR n + 1))).
  { apply (Rmult_le_reg_r ((x + INR n) * (x + (INR n + 1)) * x)); [repeat apply Rmult_lt_0_compat; lra |].
    field_simplify; [nra | lra | lra]. }
  rewrite E; unfold c; rewrite <- pow_inv; simpl pow.
  assert (0 <= (/ (x + INR n)) ^ k <= (/ x) ^ k) by (split; [apply pow_le | apply pow_incr]; lra).
  assert (0 < / (x + (INR n + 1))) by (apply Rinv_0_lt_compat; lra).
  replace ((/ x) ^ k * (1 + / x) * (/ (x + INR n) * / (x + (INR n + 1))))
    with (/ (x + INR n) * ((1 + / x) * / (x + (INR n + 1))) * (/ x) ^ k) by ring.
  rewrite <- Rmult_assoc; apply Rmult_le_compat; [nra | lra | nra | lra].
Qed.

Lemma D_inverse_power (k n : nat) t :
  0 < t + INR n -> is_derive (fun s => / (s + INR n) ^ S k) t (- INR (S k) * / (t + INR n) ^ S (S k)).
Proof.
  intros P; eapply D_eq.
  - apply (D_inv (fun s => (s + INR n) ^ S k)); [| apply pow_nonzero; lra].
    apply (D_pow (fun s => s + INR n)), (D_plus (fun s => s)); [apply D_id | apply D_const].
  - cbn beta; change (pred (S k)) with k; assert (t + INR n <> 0) by lra; simpl; field; split; [apply pow_nonzero |]; assumption.
Qed.

Lemma inverse_power_falls (k n : nat) a t : 0 < a -> a < t -> 0 < / (t + INR n) ^ k <= / (a + INR n) ^ k.
Proof.
  intros P L; pose proof (INR_nonneg n); split; [apply Rinv_0_lt_compat, pow_lt; lra |].
  apply Rinv_le_contravar; [apply pow_lt; lra | apply pow_incr; lra].
Qed.

Definition powers (k : nat) (x : R) := Series (fun n => / (x + INR n) ^ S (S k)).

Lemma D_powers k x : 0 < x -> is_derive (powers k) x (- INR (S (S k)) * powers (S k) x).
Proof.
  intros P; unfold powers; rewrite <- Series_scal_l.
  assert (I : 0 <= INR (S (S k)) * INR (S (S (S k)))) by (apply Rmult_le_pos; apply INR_nonneg).
  apply (D_Series (fun n t => / (t + INR n) ^ S (S k)) (fun n t => - INR (S (S k)) * / (t + INR n) ^ S (S (S k)))
    (fun n t => INR (S (S k)) * INR (S (S (S k))) * / (t + INR n) ^ S (S (S (S k))))
    (fun n => INR (S (S k)) * INR (S (S (S k))) * / (x / 2 + INR n) ^ S (S (S (S k)))) (x / 2) (x + 1)).
  - intros n t T; apply D_inverse_power, apart; lra.
  - intros n t T; eapply D_eq; [apply (D_scale (- INR (S (S k))) (fun t => / (t + INR n) ^ S (S (S k)))) |].
    + apply D_inverse_power, apart; lra.
    + ring.
  - intros n t T; destruct (inverse_power_falls (S (S (S (S k)))) n (x / 2) t) as [A B]; [lra | lra |].
    rewrite Rabs_mult, (Rabs_pos_eq _ I), (Rabs_pos_eq _ (Rlt_le _ _ A)); apply Rmult_le_compat_l; assumption.
  - apply (ex_series_scal_l (INR (S (S k)) * INR (S (S (S k)))) (fun n => / (x / 2 + INR n) ^ S (S (S (S k))))).
    apply inverse_powers; lra.
  - intros t T; apply inverse_powers; lra.
  - apply (ex_series_scal_l (- INR (S (S k))) (fun n => / (x + INR n) ^ S (S (S k)))), inverse_powers, P.
  - lra.
Qed.

(* ---------------------------------------------------------------- polygamma of every order *)

Lemma psi_converges x : 0 < x -> ex_series (fun n => / (1 + INR n) - / (x + INR n)).
Proof.
  intros P; set (b := fun n => Rabs (x - 1) * (/ (1 + INR n) ^ 2 + / (x + INR n) ^ 2)).
  apply (dominated _ b); unfold b.
  - intros n; pose proof (apart x n P); pose proof (apart 1 n Rlt_0_1).
    replace (/ (1 + INR n) - / (x + INR n)) with ((x - 1) * (/ (1 + INR n) * / (x + INR n))) by (field; lra).
    rewrite Rabs_mult; apply Rmult_le_compat_l; [apply Rabs_pos |].
    pose proof (Rinv_0_lt_compat (1 + INR n)); pose proof (Rinv_0_lt_compat (x + INR n)); rewrite <- !pow_inv.
    rewrite Rabs_pos_eq; nra.
  - apply (ex_series_scal_l (Rabs (x - 1)) (fun n => / (1 + INR n) ^ 2 + / (x + INR n) ^ 2)).
    apply (ex_series_plus (fun n => / (1 + INR n) ^ 2)); apply (inverse_powers 0); lra.
Qed.

Lemma D_psi x : 0 < x -> is_derive (polygamma 0) x (polygamma 1 x).
Proof.
  intros P; unfold polygamma; eapply D_eq.
  - apply (D_plus (fun _ => - euler) (fun t => Series (fun n => / (1 + INR n) - / (t + INR n)))); [apply D_const |].
    apply (D_Series (fun n t => / (1 + INR n) - / (t + INR n)) (fun n t => / (t + INR n) ^ 2)
      (fun n t => - 2 * / (t + INR n) ^ 3) (fun n => 2 * / (x / 2 + INR n) ^ 3) (x / 2) (x + 1)).
    + intros n t T; pose proof (apart t n ltac:(lra)) as Q; eapply D_eq.
      * apply (D_minus (fun _ => / (1 + INR n)) (fun t => / (t + INR n))); [apply D_const |].
        apply (D_inv (fun t => t + INR n)); [| lra]; apply (D_plus (fun t => t)); [apply D_id | apply D_const].
      * cbn beta; field; lra.
    + intros n t T; eapply D_eq; [apply (D_inverse_power 1), apart; lra | simpl; ring].
    + intros n t T; destruct (inverse_power_falls 3 n (x / 2) t) as [A B]; [lra | lra |].
      rewrite Rabs_mult, (Rabs_pos_eq _ (Rlt_le _ _ A)), Rabs_left by lra; lra.
    + apply (ex_series_scal_l 2 (fun n => / (x / 2 + INR n) ^ 3)), (inverse_powers 1); lra.
    + intros t T; apply psi_converges; lra.
    + apply (inverse_powers 0), P.
    + lra.
  - simpl fact; simpl INR; simpl ((-1) ^ 2); ring.
Qed.

Lemma D_polygamma_id m x : 0 < x -> is_derive (polygamma m) x (polygamma (m + 1) x).
Proof.
  intros P; rewrite Nat.add_1_r; destruct m as [| m]; [apply D_psi, P |]; unfold polygamma; eapply D_eq.
  - apply (D_scale ((-1) ^ S (S m) * INR (fact (S m))) (powers m)), D_powers, P.
  - change (fact (S (S m))) with (S (S m) * fact (S m))%nat; rewrite mult_INR; fold (powers (S m) x).
    change ((-1) ^ S (S (S m))) with (-1 * (-1) ^ S (S m)); ring.
Qed.

Lemma D_polygamma (m k : nat) (u : R -> R) (x du : R) :
  is_derive u x du -> 0 < u x -> (m + 1 = k)%nat -> is_derive (fun t => polygamma m (u t)) x (polygamma k (u x) * du).
Proof. intros U P <-; apply (D_comp (polygamma m)); [apply D_polygamma_id, P | exact U]. Qed.

(* ---------------------------------------------------------------- ln of the gamma function *)

Lemma ln_below u : -1 < u -> ln (1 + u) <= u.
Proof. intros P; rewrite <- (ln_exp u) at 2; apply ln_le; [lra | apply exp_ineq1_le]. Qed.

Lemma ln_near u : 0 <= u -> 0 <= u - ln (1 + u) <= u ^ 2.
Proof.
  intros P; pose proof (ln_below u ltac:(lra)); split; [lra |].
  assert (I : 0 < / (1 + u) <= 1).
  { split; [apply Rinv_0_lt_compat; lra | rewrite <- Rinv_1 at 2; apply Rinv_le_contravar; lra]. }
  pose proof (ln_below (/ (1 + u) - 1) ltac:(lra)) as L; replace (1 + (/ (1 + u) - 1)) with (/ (1 + u)) in L by ring.
  rewrite ln_Rinv in L by lra; assert (E : (1 + u) * / (1 + u) = 1) by (field; lra); nra.
Qed.

Lemma over_whole x n : 0 < x -> 0 < x / (1 + INR n).
Proof. intros P; apply Rdiv_lt_0_compat; [exact P | apply apart, Rlt_0_1]. Qed.

Lemma weierstrass_converges x : 0 < x -> ex_series (fun n => x / (1 + INR n) - ln (1 + x / (1 + INR n))).
Proof.
  intros P; apply (dominated _ (fun n => x ^ 2 * / (1 + INR n) ^ 2)).
  - intros n; pose proof (over_whole x n P); pose proof (apart 1 n Rlt_0_1).
    destruct (ln_near (x / (1 + INR n))) as [A B]; [lra |]; rewrite Rabs_pos_eq by exact A.
    eapply Rle_trans; [exact B | right; field; lra].
  - apply (ex_series_scal_l (x ^ 2) (fun n => / (1 + INR n) ^ 2)), (inverse_powers 0), Rlt_0_1.
Qed.

Lemma psi_shifted x : 0 < x -> Series (fun n => / (1 + INR n) - / (x + INR (S n))) = polygamma 0 x + euler + / x.
Proof.
  intros P; pose proof (reciprocals_telescope x P) as T; rewrite <- (is_series_unique _ _ T).
  unfold polygamma; replace (- euler + Series (fun n => / (1 + INR n) - / (x + INR n)) + euler)
    with (Series (fun n => / (1 + INR n) - / (x + INR n))) by ring.
  rewrite <- Series_plus; [apply Series_ext; intros n; ring | apply psi_converges, P | eexists; exact T].
Qed.

Lemma D_gammaln_id x : 0 < x -> is_derive gammaln x (polygamma 0 x).
Proof.
  intros P; unfold gammaln; eapply D_eq.
  - apply (D_plus (fun t => - euler * t - ln t) (fun t => Series (fun n => t / (1 + INR n) - ln (1 + t / (1 + INR n))))).
    { apply (D_minus (fun t => - euler * t)); [apply (D_scale (- euler)), D_id | apply (D_ln (fun t => t)); [apply D_id | exact P]]. }
    apply (D_Series (fun n t => t / (1 + INR n) - ln (1 + t / (1 + INR n))) (fun n t => / (1 + INR n) - / (t + INR (S n)))
      (fun n t => / (t + INR (S n)) ^ 2) (fun n => / (1 + INR n) ^ 2) 0 (x + 1)).
    + intros n t [T _]; pose proof (apart 1 n Rlt_0_1); pose proof (over_whole t n T); rewrite S_INR; eapply D_eq.
      * apply (D_minus (fun t => t / (1 + INR n))); [apply D_over, D_id |].
        apply (D_ln (fun t => 1 + t / (1 + INR n))); [| lra].
        apply (D_plus (fun _ => 1)); [apply D_const | apply D_over, D_id].
      * cbn beta; field; lra.
    + intros n t [T _]; pose proof (apart t (S n) T); eapply D_eq.
      * apply (D_minus (fun _ => / (1 + INR n)) (fun t => / (t + INR (S n)))); [apply D_const |].
        apply (D_inv (fun t => t + INR (S n))); [| lra]; apply (D_plus (fun t => t)); [apply D_id | apply D_const].
      * cbn beta; field; lra.
    + intros n t [T _]; pose proof (apart 1 n Rlt_0_1); pose proof (apart t (S n) T).
      rewrite Rabs_pos_eq by (apply Rlt_le, Rinv_0_lt_compat, pow_lt; assumption).
      apply Rinv_le_contravar; [apply pow_lt; assumption |]; apply pow_incr; rewrite S_INR; lra.
    + apply (inverse_powers 0), Rlt_0_1.
    + intros t [T _]; apply weierstrass_converges, T.
    + apply (ex_series_ext (fun n => / (1 + INR n) - / (x + 1 + INR n))); [| apply psi_converges; lra].
      intros n; rewrite S_INR; do 2 f_equal; ring.
    + lra.
  - rewrite psi_shifted by exact P; field; lra.
Qed.

Lemma D_gammaln (u : R -> R) (x du : R) :
  is_derive u x du -> 0 < u x -> is_derive (fun t => gammaln (u t)) x (polygamma 0 (u x) * du).
Proof. intros U P; apply (D_comp gammaln); [apply D_gammaln_id, P | exact U]. Qed.

(* ---------------------------------------------------------------- that they deserve their names *)

Lemma logarithms_vanish x : 0 < x -> is_lim_seq (fun n => ln (1 + x / (1 + INR n))) 0.
Proof.
  intros P; apply (is_lim_seq_le_le (fun _ => 0) _ (fun n => x * / (1 + INR n))).
  - intros n; pose proof (over_whole x n P); split.
    + rewrite <- ln_1; apply ln_le; lra.
    + apply (ln_below (x / (1 + INR n))); lra.
  - apply is_lim_seq_const.
  - replace (Finite 0) with (Rbar_mult x 0) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_l, reciprocals_vanish, Rlt_0_1.
Qed.

Lemma euler_series : is_series (fun n => 1 / (1 + INR n) - ln (1 + 1 / (1 + INR n))) euler.
Proof.
  set (e := fun n => 1 / (1 + INR n) - ln (1 + 1 / (1 + INR n))).
  assert (C : is_series e (Series e)) by exact (Series_correct e (weierstrass_converges 1 Rlt_0_1)).
  replace euler with (Series e); [exact C |]; unfold euler; symmetry; rewrite (is_lim_seq_unique _ (Series e)); [reflexivity |].
  apply (is_lim_seq_ext (fun n => sum_n e n + ln (1 + 1 / (1 + INR n)))).
  - assert (L : forall n, ln (1 + 1 / (1 + INR n)) = ln (INR (S (S n))) - ln (INR (S n))).
    { intros n; pose proof (INR_nonneg n); rewrite <- ln_div by (rewrite !S_INR; lra); f_equal; rewrite !S_INR; field; lra. }
    intros n; induction n as [| n IH].
    + rewrite !sum_O; unfold e; simpl; rewrite ln_1; field_simplify; reflexivity.
    + rewrite !sum_Sn; change (sum_n e n + e (S n) + ln (1 + 1 / (1 + INR (S n)))
        = sum_n (fun k => / INR (S k)) n + / INR (S (S n)) - ln (INR (S (S n)))).
      unfold e at 2; specialize (L n); replace (/ INR (S (S n))) with (1 / (1 + INR (S n))); [lra |].
      rewrite !S_INR; pose proof (INR_nonneg n); field; lra.
  - replace (Finite (Series e)) with (Finite (Series e + 0)) by (rewrite Rplus_0_r; reflexivity).
    apply is_lim_seq_plus'; [exact C | apply logarithms_vanish, Rlt_0_1].
Qed.

(* Gamma is 1 at 1, and gamma (x + 1) = x gamma x. *)
Lemma gammaln_1 : gammaln 1 = 0.
Proof. unfold gammaln; rewrite (is_series_unique _ _ euler_series), ln_1; ring. Qed.

Lemma gammaln_next x : 0 < x -> gammaln (x + 1) = gammaln x + ln x.
Proof.
  intros P; assert (Q : 0 < x + 1) by lra; set (w := fun n => ln (1 + x / (1 + INR n))).
  set (s := fun n => x / (1 + INR n) - ln (1 + x / (1 + INR n))).
  assert (W : is_series (fun n => w n - w (S n)) (ln (x + 1))).
  { replace (ln (x + 1)) with (w 0%nat - 0) by (unfold w; simpl; rewrite Rminus_0_r; f_equal; field).
    apply telescopes, logarithms_vanish, P. }
  assert (T : is_series (fun n => (x + 1) / (1 + INR n) - ln (1 + (x + 1) / (1 + INR n))) (Series s + (euler + ln (x + 1)))).
  { eapply is_series_ext; [| exact (is_series_plus _ _ _ _ (Series_correct s (weierstrass_converges x P))
      (is_series_plus _ _ _ _ euler_series W))].
    intros n; pose proof (INR_nonneg n); pose proof (over_whole x n P); pose proof (over_whole x (S n) P).
    pose proof (over_whole 1 n Rlt_0_1).
    assert (E : ln (1 + (x + 1) / (1 + INR n)) = ln (1 + 1 / (1 + INR n)) + ln (1 + x / (1 + INR (S n)))).
    { rewrite <- ln_mult by lra; f_equal; rewrite S_INR; field; lra. }
    change (s n + (1 / (1 + INR n) - ln (1 + 1 / (1 + INR n)) + (w n - w (S n)))
      = (x + 1) / (1 + INR n) - ln (1 + (x + 1) / (1 + INR n))).
    rewrite E; unfold s, w; field; lra. }
  unfold gammaln at 1; rewrite (is_series_unique _ _ T); unfold gammaln; fold s; ring.
Qed.

Lemma gammaln_factorial n : gammaln (INR n + 1) = ln (INR (fact n)).
Proof.
  induction n as [| n IH]; [simpl; rewrite Rplus_0_l, gammaln_1, ln_1; reflexivity |].
  pose proof (INR_nonneg n); pose proof (lt_0_INR _ (lt_O_fact n)).
  rewrite S_INR, gammaln_next, IH, <- ln_mult by lra; f_equal.
  change (fact (S n)) with (S n * fact n)%nat; rewrite mult_INR, S_INR; ring.
Qed.

Lemma powers_positive k x : 0 < x -> 0 < powers k x.
Proof.
  intros P; unfold powers; assert (E := inverse_powers k x P); rewrite Series_incr_1 by exact E.
  apply Rplus_lt_le_0_compat; [apply Rinv_0_lt_compat, pow_lt, apart, P |].
  rewrite <- (Rmult_0_l (Series (fun n => / (x + INR (S n)) ^ S (S k)))), <- Series_scal_l; apply Series_le.
  - intros n; pose proof (Rinv_0_lt_compat _ (pow_lt _ (S (S k)) (apart x (S n) P))); lra.
  - exact (proj1 (ex_series_incr_1 _) E).
Qed.

Lemma polygamma_ne m x : 0 < x -> polygamma (S m) x <> 0.
Proof.
  intros P; unfold polygamma; fold (powers m x); pose proof (powers_positive m x P).
  pose proof (lt_0_INR _ (lt_O_fact (S m))); assert ((-1) ^ S (S m) <> 0) by (apply pow_nonzero; lra).
  apply Rmult_integral_contrapositive_currified; [apply Rmult_integral_contrapositive_currified; [assumption |] |]; lra.
Qed.

(* Of order 1 it is the second derivative of gammaln. *)
Lemma polygamma_positive m x : Nat.even m = true -> 0 < x -> 0 < polygamma (S m) x.
Proof.
  intros E P; apply Nat.even_spec in E; destruct E as [k ->]; unfold polygamma; fold (powers (2 * k) x).
  assert (O : (-1) ^ S (S (2 * k)) = 1) by (rewrite <- (pow_1_even (S k)); f_equal; lia); rewrite O.
  pose proof (powers_positive (2 * k) x P); pose proof (lt_0_INR _ (lt_O_fact (S (2 * k)))); nra.
Qed.

Ltac side_gamma ::= first [apply polygamma_ne; side | apply polygamma_positive; [reflexivity | side]].

Ltac derive_gamma f ::=
  lazymatch goal with
  | |- is_derive (fun t => gammaln (@?u t)) _ _ => eapply (D_gammaln u); [derive | side']
  | |- is_derive (fun t => polygamma ?m (@?u t)) _ _ =>
      eapply (D_polygamma m _ u); [derive | side' | rewrite <- ?Nat.add_assoc; cbn [Nat.add]; reflexivity]
  end.
