(** Derivatives along a curve: beside the lemmas of [Scalar] those that keep subterms as they are written. *)
From Coq Require Import Reals ZArith Lia Lra.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Sums.
Open Scope R_scope.

Definition sigmoid (z : R) : R := / (1 + exp (- z)).
Definition softplus (z : R) : R := ln (1 + exp z).
Definition sgn (z : R) : R := lt_ 0 z - lt_ z 0.

Section Nodes.
  Variables (f : R -> R) (x df c : R).
  Hypothesis Hf : is_derive f x df.

  Lemma d_plus_l : is_derive (fun t => c + f t) x df.
  Proof. eapply D_eq; [apply D_plus; [apply D_const|exact Hf]|apply Rplus_0_l]. Qed.
  Lemma d_plus_r : is_derive (fun t => f t + c) x df.
  Proof. eapply D_eq; [apply D_plus; [exact Hf|apply D_const]|apply Rplus_0_r]. Qed.
  Lemma d_minus_l : is_derive (fun t => c - f t) x (- df).
  Proof. eapply D_eq; [apply D_minus; [apply D_const|exact Hf]|ring]. Qed.
  Lemma d_minus_r : is_derive (fun t => f t - c) x df.
  Proof. eapply D_eq; [apply D_minus; [exact Hf|apply D_const]|ring]. Qed.
  Lemma d_mult_r : is_derive (fun t => f t * c) x (df * c).
  Proof.
    eapply D_eq; [apply (is_derive_ext (fun t => c * f t)); [intros; apply Rmult_comm|apply is_derive_scal; exact Hf]|].
    unfold scal; simpl; unfold mult; simpl; ring.
  Qed.
  Lemma d_inv : f x <> 0 -> is_derive (fun t => / f t) x (- (df * (/ f x * / f x))).
  Proof. intros H; eapply D_eq; [apply is_derive_inv; [exact Hf|exact H]|field; exact H]. Qed.
  Lemma d_pow n k : INR (S n) = k -> is_derive (fun t => f t ^ S n) x (k * f x ^ n * df).
  Proof. intros <-; eapply D_eq; [apply is_derive_pow, Hf|simpl pred; ring]. Qed.
End Nodes.

Section Functions.
  Variables (f : R -> R) (x df : R).
  Hypothesis Hf : is_derive f x df.

  Lemma d_ln : 0 < f x -> is_derive (fun t => ln (f t)) x (/ f x * df).
  Proof. intros H; apply (D_comp ln f x _ df); [|exact Hf]; auto_derive; [exact H|field; lra]. Qed.
  Lemma d_sqrt : 0 < f x -> is_derive (fun t => sqrt (f t)) x (/ (2 * sqrt (f x)) * df).
  Proof.
    intros H; apply (D_comp sqrt f x _ df); [|exact Hf]; auto_derive; [exact H|].
    field; apply Rgt_not_eq, sqrt_lt_R0, H.
  Qed.
  Lemma d_sigmoid : is_derive (fun t => sigmoid (f t)) x (sigmoid (f x) * (1 - sigmoid (f x)) * df).
  Proof.
    apply (D_comp sigmoid f x _ df); [|exact Hf]; unfold sigmoid.
    assert (0 < exp (- f x)) by apply exp_pos. auto_derive; [lra|field; lra].
  Qed.
  Lemma d_softplus : is_derive (fun t => softplus (f t)) x (sigmoid (f x) * df).
  Proof.
    apply (D_comp softplus f x _ df); [|exact Hf]; unfold softplus, sigmoid.
    assert (0 < exp (f x)) by apply exp_pos. auto_derive; [lra|]. rewrite exp_Ropp; field; lra.
  Qed.
End Functions.

Lemma d_locally (f : R -> R) (x d : R) (g : R -> R) : locally x (fun t => g t = f t) -> is_derive g x d -> is_derive f x d.
Proof. intros; eapply is_derive_ext_loc; eassumption. Qed.

Lemma d_mask (f g : R -> R) (x df dg : R) (mask : R -> R -> R) :
  (forall a b c d, a < b -> c < d -> mask a b = mask c d) -> (forall a b c d, b < a -> d < c -> mask a b = mask c d) ->
  is_derive f x df -> is_derive g x dg -> f x <> g x -> is_derive (fun t => mask (f t) (g t)) x 0.
Proof.
  intros less more Hf Hg H. apply (d_locally _ _ _ (fun _ => mask (f x) (g x))); [|apply D_const].
  destruct (Rlt_or_le (f x) (g x)) as [L|L].
  - generalize (near_less _ _ _ _ _ Hf Hg L); apply filter_imp; intros t Ht; apply less; assumption.
  - assert (L' : g x < f x) by (destruct (Rdichotomy _ _ H); lra).
    generalize (near_less _ _ _ _ _ Hg Hf L'); apply filter_imp; intros t Ht; apply more; assumption.
Qed.

Ltac decide_masks := unfold sgn, where_, lt_, le_, eq_, ne_; repeat
  match goal with |- context [if ?c then _ else _] => destruct c end; try lra.

Lemma d_lt (f g : R -> R) (x df dg : R) : is_derive f x df -> is_derive g x dg -> f x <> g x ->
  is_derive (fun t => lt_ (f t) (g t)) x 0.
Proof. apply d_mask; intros; decide_masks. Qed.
Lemma d_le (f g : R -> R) (x df dg : R) : is_derive f x df -> is_derive g x dg -> f x <> g x ->
  is_derive (fun t => le_ (f t) (g t)) x 0.
Proof. apply d_mask; intros; decide_masks. Qed.

Lemma d_max (f g : R -> R) (x df dg : R) : is_derive f x df -> is_derive g x dg -> f x <> g x ->
  is_derive (fun t => Rmax (f t) (g t)) x (where_ (lt_ (g x) (f x)) df dg).
Proof.
  intros Hf Hg H. destruct (Rlt_or_le (f x) (g x)) as [L|L].
  - apply (d_locally _ _ _ g).
    + generalize (near_less _ _ _ _ _ Hf Hg L); apply filter_imp; intros; symmetry; apply Rmax_right; lra.
    + eapply D_eq; [exact Hg|unfold where_; decide_masks].
  - assert (L' : g x < f x) by (destruct (Rdichotomy _ _ H); lra). apply (d_locally _ _ _ f).
    + generalize (near_less _ _ _ _ _ Hg Hf L'); apply filter_imp; intros; symmetry; apply Rmax_left; lra.
    + eapply D_eq; [exact Hf|unfold where_; decide_masks].
Qed.
Lemma d_min (f g : R -> R) (x df dg : R) : is_derive f x df -> is_derive g x dg -> f x <> g x ->
  is_derive (fun t => Rmin (f t) (g t)) x (where_ (lt_ (f x) (g x)) df dg).
Proof.
  intros Hf Hg H. apply (is_derive_ext (fun t => - Rmax (- f t) (- g t))).
  { intros; rewrite Ropp_Rmax, !Ropp_involutive; reflexivity. }
  eapply D_eq.
  - apply D_opp, (d_max (fun t => - f t) (fun t => - g t)); [apply D_opp, Hf|apply D_opp, Hg|intros E; apply H; lra].
  - unfold where_; decide_masks.
Qed.
Lemma d_abs (f : R -> R) (x df : R) : is_derive f x df -> f x <> 0 -> is_derive (fun t => Rabs (f t)) x (sgn (f x) * df).
Proof.
  intros Hf H. destruct (Rlt_or_le (f x) 0) as [L|L].
  - apply (d_locally _ _ _ (fun t => - f t)).
    + generalize (near_less f (fun _ => 0) x df 0 Hf (D_const 0 x) L); apply filter_imp; intros; symmetry; apply Rabs_left; assumption.
    + eapply D_eq; [apply D_opp, Hf|decide_masks].
  - assert (L' : 0 < f x) by (destruct L as [L|L]; [exact L|congruence]). apply (d_locally _ _ _ f).
    + generalize (near_less (fun _ => 0) f x 0 df (D_const 0 x) Hf L'); apply filter_imp; cbv beta; intros t Ht; symmetry; apply Rabs_right; lra.
    + eapply D_eq; [exact Hf|decide_masks].
Qed.
Lemma d_where (c f g : R -> R) (x df dg : R) : is_derive c x 0 -> is_derive f x df -> is_derive g x dg ->
  is_derive (fun t => where_ (c t) (f t) (g t)) x (where_ (c x) df dg).
Proof.
  intros Hc Hf Hg; unfold where_. eapply D_eq.
  - apply D_plus; [apply D_mult; eassumption|apply D_mult; [apply d_minus_l, Hc|exact Hg]].
  - cbv beta; ring.
Qed.

Lemma d_bsum n (f : R -> nat -> R) (x : R) df : (forall i, (i < n)%nat -> is_derive (fun t => f t i) x (df i)) ->
  is_derive (fun t => bsum n (fun i => f t i)) x (bsum n (fun i => df i)).
Proof.
  induction n; intros H; simpl; [apply @is_derive_const|].
  apply D_plus; [apply IHn; intros; apply H; lia|apply H; lia].
Qed.
Lemma d_read n z (f : R -> nat -> R) (x : R) df : (forall i, (i < n)%nat -> is_derive (fun t => f t i) x (df i)) ->
  is_derive (fun t => read n z (fun i => f t i)) x (read n z (fun i => df i)).
Proof.
  intros H; unfold read. destruct (Z_lt_dec z 0); [apply @is_derive_const|].
  destruct (Z_lt_dec z (Z.of_nat n)); [apply H; lia|apply @is_derive_const].
Qed.

(** That something moves, at whatever speed. *)
Lemma moving_plus (f g : R -> R) x : ex_derive f x -> ex_derive g x -> ex_derive (fun t => f t + g t) x.
Proof. intros [df Hf] [dg Hg]; eexists; apply D_plus; eassumption. Qed.
Lemma moving_minus (f g : R -> R) x : ex_derive f x -> ex_derive g x -> ex_derive (fun t => f t - g t) x.
Proof. intros [df Hf] [dg Hg]; eexists; apply D_minus; eassumption. Qed.
Lemma moving_mult (f g : R -> R) x : ex_derive f x -> ex_derive g x -> ex_derive (fun t => f t * g t) x.
Proof. intros [df Hf] [dg Hg]; eexists; apply D_mult; eassumption. Qed.
Lemma moving_bsum n (f : R -> nat -> R) x : (forall i, (i < n)%nat -> ex_derive (fun t => f t i) x) ->
  ex_derive (fun t => bsum n (fun i => f t i)) x.
Proof.
  intros H; exists (bsum n (fun i => Derive (fun t => f t i) x)); apply d_bsum.
  intros i Hi; apply Derive_correct, H, Hi.
Qed.
Lemma moving_read n z (f : R -> nat -> R) x : (forall i, (i < n)%nat -> ex_derive (fun t => f t i) x) ->
  ex_derive (fun t => read n z (fun i => f t i)) x.
Proof.
  intros H; exists (read n z (fun i => Derive (fun t => f t i) x)); apply d_read.
  intros i Hi; apply Derive_correct, H, Hi.
Qed.
Lemma d_lt_moving (f g : R -> R) x : ex_derive f x -> ex_derive g x -> f x <> g x -> is_derive (fun t => lt_ (f t) (g t)) x 0.
Proof. intros [df Hf] [dg Hg]; eapply d_lt; eassumption. Qed.
Lemma d_le_moving (f g : R -> R) x : ex_derive f x -> ex_derive g x -> f x <> g x -> is_derive (fun t => le_ (f t) (g t)) x 0.
Proof. intros [df Hf] [dg Hg]; eapply d_le; eassumption. Qed.

Lemma d_upd1 W p i : is_derive (fun t => upd1 W p t i) (W p) (kron (Z.of_nat i) (Z.of_nat p)).
Proof.
  unfold upd1, kron; destruct (Nat.eq_dec i p), (Z.eq_dec (Z.of_nat i) (Z.of_nat p)); try lia.
  - apply @is_derive_id.
  - apply D_const.
Qed.
Lemma d_upd2 W p q i j : is_derive (fun t => upd2 W p q t i j) (W p q)
  (kron (Z.of_nat i) (Z.of_nat p) * kron (Z.of_nat j) (Z.of_nat q)).
Proof.
  unfold upd2; unfold kron at 1; destruct (Nat.eq_dec i p), (Z.eq_dec (Z.of_nat i) (Z.of_nat p)); try lia.
  - subst; eapply D_eq; [apply d_upd1|ring].
  - eapply D_eq; [apply D_const|ring].
Qed.
Lemma d_upd3 W p q r i j k : is_derive (fun t => upd3 W p q r t i j k) (W p q r)
  (kron (Z.of_nat i) (Z.of_nat p) * (kron (Z.of_nat j) (Z.of_nat q) * kron (Z.of_nat k) (Z.of_nat r))).
Proof.
  unfold upd3; unfold kron at 1; destruct (Nat.eq_dec i p), (Z.eq_dec (Z.of_nat i) (Z.of_nat p)); try lia.
  - subst; eapply D_eq; [apply d_upd2|ring].
  - eapply D_eq; [apply D_const|ring].
Qed.
Lemma d_upd4 W p q r s i j k l : is_derive (fun t => upd4 W p q r s t i j k l) (W p q r s)
  (kron (Z.of_nat i) (Z.of_nat p) * (kron (Z.of_nat j) (Z.of_nat q) * (kron (Z.of_nat k) (Z.of_nat r)
   * kron (Z.of_nat l) (Z.of_nat s)))).
Proof.
  unfold upd4; unfold kron at 1; destruct (Nat.eq_dec i p), (Z.eq_dec (Z.of_nat i) (Z.of_nat p)); try lia.
  - subst; eapply D_eq; [apply d_upd3|ring].
  - eapply D_eq; [apply D_const|ring].
Qed.
Lemma d_upd5 W p q r s u i j k l o : is_derive (fun t => upd5 W p q r s u t i j k l o) (W p q r s u)
  (kron (Z.of_nat i) (Z.of_nat p) * (kron (Z.of_nat j) (Z.of_nat q) * (kron (Z.of_nat k) (Z.of_nat r)
   * (kron (Z.of_nat l) (Z.of_nat s) * kron (Z.of_nat o) (Z.of_nat u))))).
Proof.
  unfold upd5; unfold kron at 1; destruct (Nat.eq_dec i p), (Z.eq_dec (Z.of_nat i) (Z.of_nat p)); try lia.
  - subst; eapply D_eq; [apply d_upd4|ring].
  - eapply D_eq; [apply D_const|ring].
Qed.

(** One entry of the gradient, out of its pairing with the direction in which that entry alone moves. *)
Lemma pick1 n G p : (p < n)%nat -> bsum n (fun i => G i * kron (Z.of_nat i) (Z.of_nat p)) = G p.
Proof.
  intros H; rewrite <- (bsum_kron n G p H); apply bsum_ext; intros; ring.
Qed.
Lemma pick n G p (K : R) (F : nat -> R) : (p < n)%nat ->
  (forall i, (i < n)%nat -> G i = kron (Z.of_nat i) (Z.of_nat p) * F i) -> F p = K -> bsum n G = K.
Proof. intros H E <-; rewrite <- (bsum_kron n F p H); apply bsum_ext; exact E. Qed.
