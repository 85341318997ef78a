(** Index notation: sums over i < n, deltas, masks, and reads outside an axis, which are 0. *)
From Coq Require Import Reals ZArith Lia Lra FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Fixpoint bsum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S k => bsum k f + f k end.

Definition kron (a b : Z) : R := if Z.eq_dec a b then 1 else 0.
Definition read (n : nat) (z : Z) (f : nat -> R) : R :=
  if Z_lt_dec z 0 then 0 else if Z_lt_dec z (Z.of_nat n) then f (Z.to_nat z) else 0.

(** Masks are 1 where the comparison holds, else 0. *)
Definition lt_ (a b : R) : R := if Rlt_dec a b then 1 else 0.
Definition le_ (a b : R) : R := if Rle_dec a b then 1 else 0.
Definition eq_ (a b : R) : R := if Req_EM_T a b then 1 else 0.
Definition ne_ (a b : R) : R := if Req_EM_T a b then 0 else 1.
Definition ltz (a b : Z) : R := if Z_lt_dec a b then 1 else 0.
Definition lez (a b : Z) : R := if Z_le_dec a b then 1 else 0.
Definition eqz (a b : Z) : R := if Z.eq_dec a b then 1 else 0.
Definition nez (a b : Z) : R := if Z.eq_dec a b then 0 else 1.
Definition where_ (c a b : R) : R := c * a + (1 - c) * b.

(** The tensor W with t at one place. *)
Definition upd1 (W : nat -> R) (p : nat) (t : R) (i : nat) : R := if Nat.eq_dec i p then t else W i.
Definition upd2 (W : nat -> nat -> R) (p q : nat) (t : R) (i : nat) : nat -> R :=
  if Nat.eq_dec i p then upd1 (W i) q t else W i.
Definition upd3 (W : nat -> nat -> nat -> R) (p q r : nat) (t : R) (i : nat) : nat -> nat -> R :=
  if Nat.eq_dec i p then upd2 (W i) q r t else W i.
Definition upd4 (W : nat -> nat -> nat -> nat -> R) (p q r s : nat) (t : R) (i : nat) : nat -> nat -> nat -> R :=
  if Nat.eq_dec i p then upd3 (W i) q r s t else W i.
Definition upd5 (W : nat -> nat -> nat -> nat -> nat -> R) (p q r s u : nat) (t : R) (i : nat)
  : nat -> nat -> nat -> nat -> R :=
  if Nat.eq_dec i p then upd4 (W i) q r s u t else W i.

(** Anchor: the library's own sum runs to n inclusive. *)
Lemma bsum_sum_n n f : bsum (S n) f = sum_n f n.
Proof. induction n; simpl in *; [rewrite sum_O; ring | rewrite sum_Sn, <- IHn; reflexivity]. Qed.

Lemma bsum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> bsum n f = bsum n g.
Proof. induction n; intros H; simpl; [reflexivity|]. rewrite IHn, H by (intros; auto with arith); reflexivity. Qed.

Lemma bsum_plus n f g : bsum n (fun i => f i + g i) = bsum n f + bsum n g.
Proof. induction n; simpl; [ring|]. rewrite IHn; ring. Qed.

Lemma bsum_scal n c f : bsum n (fun i => c * f i) = c * bsum n f.
Proof. induction n; simpl; [ring|]. rewrite IHn; ring. Qed.

Lemma bsum_zero n : bsum n (fun _ => 0) = 0.
Proof. induction n; simpl; [ring|]. rewrite IHn; ring. Qed.

Lemma bsum_is_zero n f : (forall i, (i < n)%nat -> f i = 0) -> bsum n f = 0.
Proof. intros H; rewrite (bsum_ext n f (fun _ => 0) H); apply bsum_zero. Qed.

Lemma bsum_one n : bsum n (fun _ => 1) = INR n.
Proof. induction n; [reflexivity|]. rewrite S_INR; simpl; rewrite IHn; reflexivity. Qed.

Lemma bsum_mul n f b : bsum n f * b = bsum n (fun i => f i * b).
Proof. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext; intros; ring. Qed.

Lemma bsum_swap n m f :
  bsum n (fun i => bsum m (fun j => f i j)) = bsum m (fun j => bsum n (fun i => f i j)).
Proof.
  induction n; simpl; [symmetry; apply bsum_zero|]. rewrite IHn, <- bsum_plus. reflexivity.
Qed.

Lemma bsum_pos n f : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 < f i) -> 0 < bsum n f.
Proof.
  intros Hn H. destruct n; [lia|]. clear Hn. induction n; simpl.
  - specialize (H O); rewrite Rplus_0_l; auto with arith.
  - apply Rplus_lt_0_compat; [apply IHn; intros; apply H; lia | apply H; lia].
Qed.

(** Where no term is negative, that the first is above 0 is enough. *)
Lemma bsum_pos_first n f : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= f i) -> 0 < f O -> 0 < bsum n f.
Proof.
  intros Hn H F. destruct n; [lia|]. clear Hn. induction n; simpl.
  - rewrite Rplus_0_l; exact F.
  - apply Rplus_lt_le_0_compat; [apply IHn; intros; apply H; lia | apply H; lia].
Qed.

Lemma bsum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= bsum n f.
Proof.
  induction n; intros H; simpl; [lra|].
  apply Rplus_le_le_0_compat; [apply IHn; intros; apply H; lia | apply H; lia].
Qed.

(** A delta takes one term out of a sum. *)
Lemma bsum_kron n f (x : nat) : (x < n)%nat -> bsum n (fun i => kron (Z.of_nat i) (Z.of_nat x) * f i) = f x.
Proof.
  induction n; intros H; [lia|]. simpl. unfold kron at 2.
  destruct (Z.eq_dec (Z.of_nat n) (Z.of_nat x)) as [E|E].
  - assert (n = x) by lia; subst. replace (bsum x _) with 0; [ring|].
    symmetry; rewrite <- (bsum_zero x). apply bsum_ext; intros i Hi.
    unfold kron; destruct (Z.eq_dec _ _); [lia|ring].
  - rewrite IHn by lia; ring.
Qed.

Lemma bsum_kron_in n z : (0 <= z < Z.of_nat n)%Z -> bsum n (fun i => kron (Z.of_nat i) z) = 1.
Proof.
  intros H. rewrite (bsum_ext n _ (fun i => kron (Z.of_nat i) (Z.of_nat (Z.to_nat z)) * 1)).
  - rewrite (bsum_kron n (fun _ => 1)); [reflexivity|lia].
  - intros i _. rewrite Rmult_1_r; f_equal; lia.
Qed.

Lemma bsum_kron_masks n z a b : a = ltz (-1) z -> b = ltz z (Z.of_nat n) ->
  bsum n (fun i => kron (Z.of_nat i) z) = a * b.
Proof.
  intros -> ->. unfold ltz. destruct (Z_lt_dec (-1) z), (Z_lt_dec z (Z.of_nat n)).
  - rewrite bsum_kron_in by lia; ring.
  - rewrite bsum_is_zero; [ring|]. intros i Hi; unfold kron; destruct (Z.eq_dec _ _); [lia|reflexivity].
  - rewrite bsum_is_zero; [ring|]. intros i Hi; unfold kron; destruct (Z.eq_dec _ _); [lia|reflexivity].
  - rewrite bsum_is_zero; [ring|]. intros i Hi; unfold kron; destruct (Z.eq_dec _ _); [lia|reflexivity].
Qed.

Lemma read_kron n z f : read n z f = bsum n (fun i => kron (Z.of_nat i) z * f i).
Proof.
  unfold read. destruct (Z_lt_dec z 0); [|destruct (Z_lt_dec z (Z.of_nat n))].
  - symmetry; rewrite <- (bsum_zero n); apply bsum_ext; intros; unfold kron; destruct (Z.eq_dec _ _); [lia|ring].
  - assert (E : z = Z.of_nat (Z.to_nat z)) by lia; rewrite E, Nat2Z.id, bsum_kron; [reflexivity|lia].
  - symmetry; rewrite <- (bsum_zero n); apply bsum_ext; intros; unfold kron; destruct (Z.eq_dec _ _); [lia|ring].
Qed.

Lemma kron_iff a b c d : (a = b <-> c = d) -> kron a b = kron c d.
Proof. intros H; unfold kron; destruct (Z.eq_dec a b), (Z.eq_dec c d); tauto || reflexivity. Qed.

Lemma upd1_same W p : upd1 W p (W p) = W.
Proof. extensionality i; unfold upd1; destruct (Nat.eq_dec i p); subst; reflexivity. Qed.
Lemma upd2_same W p q : upd2 W p q (W p q) = W.
Proof. extensionality i; unfold upd2; destruct (Nat.eq_dec i p); subst; [apply upd1_same|reflexivity]. Qed.
Lemma upd3_same W p q r : upd3 W p q r (W p q r) = W.
Proof. extensionality i; unfold upd3; destruct (Nat.eq_dec i p); subst; [apply upd2_same|reflexivity]. Qed.
Lemma upd4_same W p q r s : upd4 W p q r s (W p q r s) = W.
Proof. extensionality i; unfold upd4; destruct (Nat.eq_dec i p); subst; [apply upd3_same|reflexivity]. Qed.
Lemma upd5_same W p q r s u : upd5 W p q r s u (W p q r s u) = W.
Proof. extensionality i; unfold upd5; destruct (Nat.eq_dec i p); subst; [apply upd4_same|reflexivity]. Qed.
