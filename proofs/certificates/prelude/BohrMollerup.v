(* Bohr and Mollerup: gammaln alone is 0 at 1, grows by ln x from x to x + 1, and is convex. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Gamma.
Open Scope R_scope.

Lemma chord (f df : R -> R) (a b : R) :
  (forall x, 0 < x -> is_derive f x (df x)) -> 0 < a -> a <= b -> exists c, a <= c <= b /\ f b - f a = df c * (b - a).
Proof.
  intros D A L; destruct (MVT_gen f a b df) as [c [I E]]; rewrite Rmin_left, Rmax_right in * by exact L.
  - intros x X; apply D; lra.
  - intros x X; apply continuity_pt_filterlim, (ex_derive_continuous f); exists (df x); apply D; lra.
  - exists c; split; assumption.
Qed.

Lemma psi_increasing a b : 0 < a -> a <= b -> polygamma 0 a <= polygamma 0 b.
Proof.
  intros A L; destruct (chord (polygamma 0) (polygamma 1) a b D_psi A L) as [c [I E]].
  pose proof (polygamma_positive 0 c eq_refl ltac:(lra)); nra.
Qed.

(* Chords grow steeper. *)
Definition convex (f : R -> R) :=
  forall a b c, 0 < a -> a < b -> b < c -> (f b - f a) * (c - b) <= (f c - f b) * (b - a).

Lemma gammaln_convex : convex gammaln.
Proof.
  intros a b c A B C; destruct (chord _ _ a b D_gammaln_id A) as [s [I E]]; [lra |].
  destruct (chord _ _ b c D_gammaln_id ltac:(lra)) as [t [J F]]; [lra |]; rewrite E, F.
  pose proof (psi_increasing s t ltac:(lra) ltac:(lra)); pose proof (Rmult_lt_0_compat (b - a) (c - b)); nra.
Qed.

Lemma next_chords (f : R -> R) n x : (forall t, 0 < t -> f (t + 1) = f t + ln t) -> convex f -> 0 < x < 1 ->
  x * ln (INR n + 1) <= f (x + INR n + 2) - f (INR n + 2) <= x * ln (INR n + 2).
Proof.
  intros next C B; pose proof (INR_nonneg n); set (m := INR n + 1) in *; assert (P : 1 <= m) by (unfold m; lra).
  replace (x + INR n + 2) with (x + m + 1) by (unfold m; ring); replace (INR n + 2) with (m + 1) by (unfold m; ring).
  pose proof (next m ltac:(lra)) as U; pose proof (next (m + 1) ltac:(lra)) as V.
  pose proof (C m (m + 1) (x + m + 1) ltac:(lra) ltac:(lra) ltac:(lra)).
  pose proof (C (m + 1) (x + m + 1) (m + 1 + 1) ltac:(lra) ltac:(lra) ltac:(lra)); split; nra.
Qed.

Section Unique.
  Variable f : R -> R.
  Hypothesis one : f 1 = 0.
  Hypothesis next : forall x, 0 < x -> f (x + 1) = f x + ln x.
  Hypothesis steeper : convex f.

  Lemma same_at_whole n : f (INR n + 1) = gammaln (INR n + 1).
  Proof.
    induction n as [| n IH]; [simpl; rewrite Rplus_0_l, one, gammaln_1; reflexivity |].
    pose proof (INR_nonneg n); rewrite S_INR, next, gammaln_next, IH by lra; reflexivity.
  Qed.

  Lemma as_far_as_near n x : 0 < x -> f (x + INR n) - gammaln (x + INR n) = f x - gammaln x.
  Proof.
    intros P; induction n as [| n IH]; [simpl; rewrite Rplus_0_r; reflexivity |].
    pose proof (apart x n P); rewrite S_INR, <- Rplus_assoc, next, gammaln_next by assumption; lra.
  Qed.

  Lemma same_below_1 x : 0 < x < 1 -> f x = gammaln x.
  Proof.
    intros B; assert (L := logarithms_vanish 1 Rlt_0_1).
    assert (D : forall n, Rabs (f x - gammaln x) <= ln (1 + 1 / (1 + INR n))).
    { intros n; pose proof (INR_nonneg n); rewrite <- (as_far_as_near (S (S n)) x) by lra; rewrite !S_INR.
      replace (x + (INR n + 1 + 1)) with (x + INR n + 2) by ring; pose proof (same_at_whole (S n)) as W; rewrite S_INR in W.
      replace (INR n + 1 + 1) with (INR n + 2) in W by ring; pose proof (next_chords f n x next steeper B).
      pose proof (next_chords gammaln n x gammaln_next gammaln_convex B).
      replace (1 + 1 / (1 + INR n)) with ((INR n + 2) / (INR n + 1)) by (field; lra); rewrite ln_div by lra.
      pose proof (ln_le (INR n + 1) (INR n + 2) ltac:(lra) ltac:(lra)); apply Rabs_le; split; nra. }
    apply Rminus_diag_uniq, Rabs_eq_0, Rle_antisym; [| apply Rabs_pos].
    exact (is_lim_seq_le _ _ _ _ D (is_lim_seq_const _) L).
  Qed.

  Theorem bohr_mollerup x : 0 < x -> f x = gammaln x.
  Proof.
    intros P; destruct (nfloor_ex x ltac:(lra)) as [n [L U]].
    destruct (Req_dec (x - INR n) 0) as [E | E].
    - destruct n as [| n]; [simpl in E; lra |]; rewrite S_INR in E; replace x with (INR n + 1) by lra; apply same_at_whole.
    - pose proof (same_below_1 (x - INR n) ltac:(lra)); pose proof (as_far_as_near n (x - INR n) ltac:(lra)) as F.
      replace (x - INR n + INR n) with x in F by ring; lra.
  Qed.
End Unique.
