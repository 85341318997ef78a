(** The largest of finitely many numbers, and its derivative where it is attained once. *)
From Coq Require Import Reals ZArith Lia Lra.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Sums Curves Indexed.
Open Scope R_scope.

(** The largest f i for i < n; of none it is 0. *)
Fixpoint bmax (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S O => f O | S k => Rmax (bmax k f) (f k) end.

(** One value is larger than all others. *)
Definition once1 (n : nat) (f : nat -> R) : Prop :=
  exists i, (i < n)%nat /\ forall k, (k < n)%nat -> k <> i -> f k < f i.
Definition once2 (n m : nat) (f : nat -> nat -> R) : Prop :=
  exists i j, (i < n)%nat /\ (j < m)%nat /\
    forall k l, (k < n)%nat -> (l < m)%nat -> k <> i \/ l <> j -> f k l < f i j.

Lemma bmax_S k f : bmax (S (S k)) f = Rmax (bmax (S k) f) (f (S k)).
Proof. reflexivity. Qed.

Lemma bmax_le n f a : (0 < n)%nat -> (forall i, (i < n)%nat -> f i <= a) -> bmax n f <= a.
Proof.
  intros P; destruct n as [|n]; [lia|]; clear P. induction n; intros H; [apply H; lia|].
  rewrite bmax_S; apply Rmax_lub; [apply IHn; intros; apply H; lia|apply H; lia].
Qed.
Lemma bmax_ge n f i : (i < n)%nat -> f i <= bmax n f.
Proof.
  destruct n as [|n]; [lia|]. induction n; intros H.
  - assert (i = O) by lia; subst; apply Rle_refl.
  - rewrite bmax_S. destruct (Nat.eq_dec i (S n)) as [->|N]; [apply Rmax_r|].
    eapply Rle_trans; [apply IHn; lia|apply Rmax_l].
Qed.
Lemma bmax_is n f i : (i < n)%nat -> (forall k, (k < n)%nat -> f k <= f i) -> bmax n f = f i.
Proof. intros H L; apply Rle_antisym; [apply bmax_le; [lia|exact L]|apply bmax_ge, H]. Qed.
Lemma bmax2_is n m (f : nat -> nat -> R) i j : (i < n)%nat -> (j < m)%nat ->
  (forall k l, (k < n)%nat -> (l < m)%nat -> f k l <= f i j) -> bmax n (fun k => bmax m (f k)) = f i j.
Proof.
  intros Hi Hj L. assert (E : bmax m (f i) = f i j) by (apply bmax_is; auto).
  rewrite <- E. apply (bmax_is n (fun k => bmax m (f k))); [exact Hi|]. intros k Hk; rewrite E.
  apply bmax_le; [lia|auto].
Qed.

(** Finitely many conditions hold nearby if each does. *)
Lemma near_all n (P : nat -> R -> Prop) x : (forall i, (i < n)%nat -> locally x (P i)) ->
  locally x (fun t => forall i, (i < n)%nat -> P i t).
Proof.
  induction n; intros H; [apply filter_forall; intros; lia|].
  assert (A : locally x (fun t => forall i, (i < n)%nat -> P i t)) by (apply IHn; intros; apply H; lia).
  generalize (filter_and _ _ A (H n (Nat.lt_succ_diag_r n))). apply filter_imp; intros t [B C] i Hi.
  destruct (Nat.eq_dec i n) as [->|N]; [exact C|apply B; lia].
Qed.

(** Nearby the largest is the same one, so the slope is the sum of the slopes of what is largest, by how many are. *)
Lemma d_bmax2 n m (f : R -> nat -> nat -> R) (x v : R) (df : nat -> nat -> R) :
  bmax n (fun i => bmax m (f x i)) = v -> once2 n m (f x) ->
  (forall i j, (i < n)%nat -> (j < m)%nat -> is_derive (fun t => f t i j) x (df i j)) ->
  is_derive (fun t => bmax n (fun i => bmax m (f t i))) x
    (bsum n (fun i => bsum m (fun j => eq_ (f x i j) v * df i j)) * / bsum n (fun i => bsum m (fun j => eq_ (f x i j) v))).
Proof.
  intros V [i [j [Hi [Hj L]]]] D.
  assert (E : bmax n (fun k => bmax m (f x k)) = f x i j).
  { apply bmax2_is; [exact Hi|exact Hj|]. intros k l Hk Hl.
    destruct (Nat.eq_dec k i) as [->|]; [destruct (Nat.eq_dec l j) as [->|]; [apply Rle_refl|]|]; left; apply L; auto. }
  assert (one : forall k l, (k < n)%nat -> (l < m)%nat ->
    eq_ (f x k l) v = kron (Z.of_nat k) (Z.of_nat i) * kron (Z.of_nat l) (Z.of_nat j)).
  { intros k l Hk Hl; unfold eq_, kron; rewrite <- V, E.
    destruct (Z.eq_dec (Z.of_nat k) (Z.of_nat i)) as [A|A], (Z.eq_dec (Z.of_nat l) (Z.of_nat j)) as [B|B].
    - apply Nat2Z.inj in A, B; subst; destruct (Req_EM_T _ _); [ring|congruence].
    - destruct (Req_EM_T _ _) as [Q|]; [|ring]. assert (f x k l < f x i j) by (apply L; [auto|auto|right; lia]); lra.
    - destruct (Req_EM_T _ _) as [Q|]; [|ring]. assert (f x k l < f x i j) by (apply L; [auto|auto|left; lia]); lra.
    - destruct (Req_EM_T _ _) as [Q|]; [|ring]. assert (f x k l < f x i j) by (apply L; [auto|auto|left; lia]); lra. }
  assert (near : locally x (fun t => forall k, (k < n)%nat -> forall l, (l < m)%nat -> f t k l <= f t i j)).
  { apply (near_all n (fun k t => forall l, (l < m)%nat -> f t k l <= f t i j)); intros k Hk.
    apply (near_all m (fun l t => f t k l <= f t i j)); intros l Hl.
    destruct (Nat.eq_dec k i) as [->|N]; [destruct (Nat.eq_dec l j) as [->|N]|].
    - apply filter_forall; intros; apply Rle_refl.
    - generalize (near_less _ _ _ _ _ (D i l Hi Hl) (D i j Hi Hj) (L i l Hi Hl (or_intror N))); apply filter_imp; intros; lra.
    - generalize (near_less _ _ _ _ _ (D k l Hk Hl) (D i j Hi Hj) (L k l Hk Hl (or_introl N))); apply filter_imp; intros; lra. }
  apply (d_locally _ _ _ (fun t => f t i j)).
  { generalize near; apply filter_imp; intros t H; symmetry; apply bmax2_is; auto. }
  eapply D_eq; [apply D; assumption|].
  rewrite (bsum_ext n _ (fun k => kron (Z.of_nat k) (Z.of_nat i) * df k j)).
  2: { intros k Hk. rewrite (bsum_ext m _ (fun l => kron (Z.of_nat l) (Z.of_nat j) * (kron (Z.of_nat k) (Z.of_nat i) * df k l))).
       - apply (bsum_kron m (fun l => kron (Z.of_nat k) (Z.of_nat i) * df k l) j Hj).
       - intros l Hl; rewrite one by assumption; ring. }
  rewrite (bsum_ext n (fun k => bsum m (fun l => eq_ (f x k l) v)) (fun k => kron (Z.of_nat k) (Z.of_nat i) * 1)).
  2: { intros k Hk. rewrite (bsum_ext m _ (fun l => kron (Z.of_nat l) (Z.of_nat j) * kron (Z.of_nat k) (Z.of_nat i))).
       - rewrite (bsum_kron m (fun _ => kron (Z.of_nat k) (Z.of_nat i)) j Hj); ring.
       - intros l Hl; rewrite one by assumption; ring. }
  rewrite (bsum_kron n (fun k => df k j) i Hi), (bsum_kron n (fun _ => 1) i Hi). field.
Qed.

Lemma d_bmax1 n (f : R -> nat -> R) (x v : R) (df : nat -> R) :
  bmax n (f x) = v -> once1 n (f x) -> (forall i, (i < n)%nat -> is_derive (fun t => f t i) x (df i)) ->
  is_derive (fun t => bmax n (f t)) x (bsum n (fun i => eq_ (f x i) v * df i) * / bsum n (fun i => eq_ (f x i) v)).
Proof.
  intros V [i [Hi L]] D.
  assert (T : once2 n 1 (fun k _ => f x k)).
  { exists i, O; repeat split; [exact Hi|lia|]; intros k l Hk Hl [N|N]; [apply L; assumption|lia]. }
  assert (G := d_bmax2 n 1 (fun t k _ => f t k) x v (fun k _ => df k) V T (fun k l Hk _ => D k Hk)).
  eapply D_eq; [exact G|]. f_equal; [|f_equal]; apply bsum_ext; intros; simpl; ring.
Qed.

(** Along a curve: [v] is the largest at t, [df] how fast each moves; a mask that stands inside a read says the same. *)
Ltac attained := match goal with H : _ |- _ => eapply H; solve [index_] end
with index_ := first [assumption | lia].
Ltac largest v df :=
  lazymatch goal with
  | |- is_derive (fun t => bmax ?n (fun i => bmax ?m (fun j => @?f t i j))) ?x _ =>
      apply (d_bmax2 n m f x v df); [reflexivity | attained | intros; cbv beta]
  | |- is_derive (fun t => bmax ?n (fun i => @?f t i)) ?x _ =>
      apply (d_bmax1 n f x v df); [reflexivity | attained | intros; cbv beta]
  end.
Ltac as_read := unfold read; repeat match goal with |- context [if ?c then _ else _] => destruct c end; first [reflexivity | ring].
Ltac as_largest :=
  refine (f_equal2 Rmult _ _); [repeat (apply bsum_ext; intros ? ?); cbv beta; as_read | reflexivity].

(** That numbers which differ, at extents of 2, are as a claim supposes. *)
Ltac each_of_two := repeat match goal with H : (?i < _)%nat |- _ => is_var i;
  let C := fresh in assert (C : i = 0%nat \/ i = 1%nat) by (vm_compute in H; lia);
  destruct C; subst i; vm_compute in H; try (exfalso; lia); clear H end.
(* What whole numbers say is computed; what real numbers say is decided, one comparison after the other. *)
Ltac decided := lazymatch goal with |- context [if ?c then _ else _] => let C := fresh in first
  [ destruct c as [C|C]; [|exfalso; apply C; lra]; clear C
  | destruct c as [C|C]; [exfalso; lra|]; clear C ] end.
Ltac computed :=
  cbv -[IZR Rlt_dec Rle_dec Req_EM_T Rmax Rmin Rabs Rlt Rle Rge Rgt Rplus Rmult Ropp Rinv Rminus Rdiv not];
  repeat decided; lra.
Ltac largest_at i j := first
  [ exists i, j; split; [lia|]; split; [lia|]; intros ? ? ? ? ?
  | exists i; split; [lia|]; intros ? ? ? ];
  each_of_two; try (exfalso; lia); computed.
Ltac one_is_largest := first
  [largest_at 1%nat 1%nat | largest_at 0%nat 0%nat | largest_at 0%nat 1%nat | largest_at 1%nat 0%nat].
Ltac distinct := repeat match goal with |- _ /\ _ => split end; intros; first
  [lia | each_of_two; one_is_largest | each_of_two; computed | each_of_two; decide_constants].
