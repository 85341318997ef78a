(** Backpropagation through any number of dense layers of any widths, by induction on the list of layers.

    n examples are rows. A gradient is said along every curve: it implies the partial derivatives and composes. *)
From Coq Require Import Reals ZArith Lia Lra List FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Sums Curves.
Import ListNotations.
Open Scope R_scope.

Definition matrix := nat -> nat -> R.
Definition paired (n m : nat) (G D : matrix) : R := bsum n (fun i => bsum m (fun j => G i j * D i j)).

(** A layer: out[i,k] = act(sum_j X[i,j] weight[j,k] + bias[k]). *)
Record layer := { width : nat; weight : matrix; bias : nat -> R; act : R -> R; slope : R -> R }.
Definition pre (d : nat) (l : layer) (X : matrix) : matrix :=
  fun i k => bsum d (fun j => X i j * weight l j k) + bias l k.
Definition out (d : nat) (l : layer) (X : matrix) : matrix := fun i k => act l (pre d l X i k).
Fixpoint run (d : nat) (ls : list layer) (X : matrix) : matrix :=
  match ls with [] => X | l :: rest => run (width l) rest (out d l X) end.
Fixpoint last_width (d : nat) (ls : list layer) : nat :=
  match ls with [] => d | l :: rest => last_width (width l) rest end.

(** Backpropagation: the adjoint of a layer's input, from the adjoint G of the network's output. *)
Fixpoint input_bar (d : nat) (ls : list layer) (X : matrix) (G : matrix -> matrix) : matrix :=
  match ls with
  | [] => G X
  | l :: rest => fun i j => bsum (width l) (fun k =>
      input_bar (width l) rest (out d l X) G i k * slope l (pre d l X i k) * weight l j k)
  end.
Definition pre_bar (d : nat) (l : layer) (rest : list layer) (X : matrix) (G : matrix -> matrix) : matrix :=
  fun i k => input_bar (width l) rest (out d l X) G i k * slope l (pre d l X i k).
Definition weight_bar (n d : nat) (l : layer) (rest : list layer) (X : matrix) (G : matrix -> matrix) : matrix :=
  fun j k => bsum n (fun i => X i j * pre_bar d l rest X G i k).
Definition bias_bar (n d : nat) (l : layer) (rest : list layer) (X : matrix) (G : matrix -> matrix) : nat -> R :=
  fun k => bsum n (fun i => pre_bar d l rest X G i k).

(** G is the gradient of the cost at A: along every curve through A. *)
Definition moves (n m : nat) (c : R -> matrix) (t : R) (D : matrix) : Prop :=
  forall i j, (i < n)%nat -> (j < m)%nat -> is_derive (fun s => c s i j) t (D i j).
Definition is_gradient (n m : nat) (cost : matrix -> R) (A : matrix) (G : matrix) : Prop :=
  forall c t D, c t = A -> moves n m c t D -> is_derive (fun s => cost (c s)) t (paired n m G D).

(** Each activation has the slope that is said, where the network takes it. *)
Fixpoint smooth (n d : nat) (ls : list layer) (X : matrix) : Prop :=
  match ls with
  | [] => True
  | l :: rest => (forall i k, (i < n)%nat -> (k < width l)%nat ->
      is_derive (act l) (pre d l X i k) (slope l (pre d l X i k))) /\ smooth n (width l) rest (out d l X)
  end.

(** All weights and biases move at once. *)
Record course := { steady : layer; weight_at : R -> matrix; bias_at : R -> nat -> R; weight_dot : matrix; bias_dot : nat -> R }.
Definition at_time (t : R) (l : course) : layer :=
  {| width := width (steady l); weight := weight_at l t; bias := bias_at l t; act := act (steady l); slope := slope (steady l) |}.
Fixpoint courses_move (d : nat) (t : R) (ls : list course) : Prop :=
  match ls with
  | [] => True
  | l :: rest => moves d (width (steady l)) (weight_at l) t (weight_dot l) /\
      (forall k, (k < width (steady l))%nat -> is_derive (fun s => bias_at l s k) t (bias_dot l k)) /\
      courses_move (width (steady l)) t rest
  end.
Fixpoint total (n d : nat) (t : R) (ls : list course) (X : matrix) (G : matrix -> matrix) : R :=
  match ls with
  | [] => 0
  | l :: rest => paired d (width (steady l)) (weight_bar n d (at_time t l) (map (at_time t) rest) X G) (weight_dot l)
      + bsum (width (steady l)) (fun k => bias_bar n d (at_time t l) (map (at_time t) rest) X G k * bias_dot l k)
      + total n (width (steady l)) t rest (out d (at_time t l) X) G
  end.

(** One dense layer: its pairing with Z_dot is that of its inputs. *)
Lemma dense_paired n d m (Zb X Xd W Wd : matrix) (bd : nat -> R) :
  paired n m Zb (fun i k => bsum d (fun j => Xd i j * W j k + X i j * Wd j k) + bd k) =
  paired n d (fun i j => bsum m (fun k => Zb i k * W j k)) Xd
  + (paired d m (fun j k => bsum n (fun i => X i j * Zb i k)) Wd
  + bsum m (fun k => bsum n (fun i => Zb i k) * bd k)).
Proof.
  unfold paired.
  transitivity (bsum n (fun i => bsum m (fun k => bsum d (fun j => Zb i k * W j k * Xd i j))
    + (bsum m (fun k => bsum d (fun j => X i j * Zb i k * Wd j k)) + bsum m (fun k => Zb i k * bd k)))).
  { apply bsum_ext; intros i _. rewrite <- bsum_plus, <- bsum_plus. apply bsum_ext; intros k _.
    rewrite bsum_plus.
    rewrite (bsum_ext d (fun j => Zb i k * W j k * Xd i j) (fun j => Zb i k * (Xd i j * W j k))) by (intros; ring).
    rewrite (bsum_ext d (fun j => X i j * Zb i k * Wd j k) (fun j => Zb i k * (X i j * Wd j k))) by (intros; ring).
    rewrite !bsum_scal. ring. }
  rewrite bsum_plus, bsum_plus. f_equal; [|f_equal].
  - apply bsum_ext; intros i _. rewrite bsum_swap. apply bsum_ext; intros j _. rewrite bsum_mul. apply bsum_ext; intros; ring.
  - transitivity (bsum n (fun i => bsum d (fun j => bsum m (fun k => X i j * Zb i k * Wd j k)))).
    { apply bsum_ext; intros; apply bsum_swap. }
    rewrite bsum_swap. apply bsum_ext; intros j _. rewrite bsum_swap. apply bsum_ext; intros k _. rewrite bsum_mul. reflexivity.
  - rewrite bsum_swap. apply bsum_ext; intros k _. rewrite bsum_mul. reflexivity.
Qed.

Theorem backpropagation n (cost : matrix -> R) (G : matrix -> matrix) (t : R) :
  forall ls d (c : R -> matrix) (D : matrix),
  let net s := map (at_time s) ls in
  smooth n d (net t) (c t) -> courses_move d t ls -> moves n d c t D ->
  is_gradient n (last_width d (net t)) cost (run d (net t) (c t)) (G (run d (net t) (c t))) ->
  is_derive (fun s => cost (run d (net s) (c s))) t
    (paired n d (input_bar d (net t) (c t) G) D + total n d t ls (c t) G).
Proof.
  induction ls as [|l rest IH]; intros d c D net Hs Hc Hm Hg.
  - simpl in *. eapply D_eq; [apply Hg; [reflexivity|exact Hm]|]. ring.
  - simpl in Hs, Hc. destruct Hs as [Hact Hs], Hc as [Hw [Hb Hc]].
    set (m := width (steady l)) in *. set (now := at_time t l) in *.
    pose (Zd := fun i k => bsum d (fun j => D i j * weight_at l t j k + c t i j * weight_dot l j k) + bias_dot l k).
    pose (moved := fun s => out d (at_time s l) (c s)).
    assert (M : moves n m moved t (fun i k => slope (steady l) (pre d now (c t) i k) * Zd i k)).
    { intros i k Hi Hk. unfold moved, out, pre. simpl.
      apply (D_comp (act (steady l)) (fun s => bsum d (fun j => c s i j * weight_at l s j k) + bias_at l s k) t _ (Zd i k)).
      - apply Hact; assumption.
      - unfold Zd. apply D_plus; [|apply Hb, Hk].
        apply (d_bsum d (fun s j => c s i j * weight_at l s j k)); intros j Hj. apply D_mult; [apply Hm|apply Hw]; assumption. }
    specialize (IH m moved _ Hs Hc M Hg). simpl. eapply D_eq; [exact IH|].
    fold m. unfold moved. fold now. rewrite <- Rplus_assoc. f_equal.
    pose (Zb := pre_bar d now (map (at_time t) rest) (c t) G).
    transitivity (paired n m Zb Zd).
    { unfold paired. apply bsum_ext; intros i _. apply bsum_ext; intros k _. unfold Zb, pre_bar. symmetry; apply Rmult_assoc. }
    unfold Zd. rewrite (dense_paired n d m Zb (c t) D (weight_at l t) (weight_dot l) (bias_dot l)). reflexivity.
Qed.

(** ------------------------------------------------------------ partial derivatives: one entry moves *)

Definition with_weight (l : layer) (W : matrix) : layer :=
  {| width := width l; weight := W; bias := bias l; act := act l; slope := slope l |}.
Definition with_bias (l : layer) (b : nat -> R) : layer :=
  {| width := width l; weight := weight l; bias := b; act := act l; slope := slope l |}.
Definition steady_course (l : layer) : course :=
  {| steady := l; weight_at := fun _ => weight l; bias_at := fun _ => bias l; weight_dot := fun _ _ => 0; bias_dot := fun _ => 0 |}.

Lemma at_steady t ls : map (at_time t) (map steady_course ls) = ls.
Proof. induction ls as [|[] rest IH]; simpl; [reflexivity|]. rewrite IH; reflexivity. Qed.
Lemma steady_move d t ls : courses_move d t (map steady_course ls).
Proof.
  revert d; induction ls as [|l rest IH]; intros d; simpl; [exact I|].
  refine (conj _ (conj _ _)); [intros i j _ _; apply D_const|intros; apply D_const|apply IH].
Qed.
Lemma paired_zero n m G : paired n m G (fun _ _ => 0) = 0.
Proof.
  apply bsum_is_zero; intros; apply bsum_is_zero; intros; ring.
Qed.
Lemma total_steady n t ls : forall d X G, total n d t (map steady_course ls) X G = 0.
Proof.
  induction ls as [|l rest IH]; intros d X G; simpl; [reflexivity|]. rewrite IH, paired_zero, Rplus_0_l, Rplus_0_r.
  apply bsum_is_zero; intros; ring.
Qed.
Lemma paired_delta n m G p q : (p < n)%nat -> (q < m)%nat ->
  paired n m G (fun i j => kron (Z.of_nat i) (Z.of_nat p) * kron (Z.of_nat j) (Z.of_nat q)) = G p q.
Proof.
  intros Hp Hq; unfold paired. apply (pick n _ p _ (fun i => G i q) Hp); [|reflexivity].
  intros i _. apply (pick m _ q _ (fun j => kron (Z.of_nat i) (Z.of_nat p) * G i j) Hq); [intros; ring|reflexivity].
Qed.
Lemma run_app ls rest : forall d X, run d (ls ++ rest) X = run (last_width d ls) rest (run d ls X).
Proof. induction ls as [|l ls IH]; intros; simpl; [reflexivity|apply IH]. Qed.

Lemma last_width_app ls rest : forall d, last_width d (ls ++ rest) = last_width (last_width d ls) rest.
Proof. induction ls as [|l ls IH]; intros; simpl; [reflexivity|apply IH]. Qed.
Lemma smooth_app n ls rest : forall d X, smooth n d (ls ++ rest) X -> smooth n (last_width d ls) rest (run d ls X).
Proof. induction ls as [|l ls IH]; intros d X H; simpl in *; [exact H|apply IH, H]. Qed.

Section Entries.
  Variables (n d : nat) (before rest : list layer) (l : layer) (X : matrix) (cost : matrix -> R) (G : matrix -> matrix).
  Let here := last_width d before.
  Let input := run d before X.
  Hypothesis Hs : smooth n here (l :: rest) input.
  Hypothesis Hg : is_gradient n (last_width here (l :: rest)) cost (run here (l :: rest) input) (G (run here (l :: rest) input)).

  Lemma steady_input t : moves n here (fun _ : R => input) t (fun _ _ => 0).
  Proof. intros i j _ _; apply D_const. Qed.

  (** In a network of any depth, the derivative by one weight of any layer is what backpropagation says. *)
  Theorem weight_entry p q : (p < here)%nat -> (q < width l)%nat ->
    is_derive (fun t => cost (run d (before ++ with_weight l (upd2 (weight l) p q t) :: rest) X)) (weight l p q)
      (weight_bar n here l rest input G p q).
  Proof.
    intros Hp Hq.
    pose (own := {| steady := l; weight_at := upd2 (weight l) p q; bias_at := fun _ => bias l;
      weight_dot := fun i j => kron (Z.of_nat i) (Z.of_nat p) * kron (Z.of_nat j) (Z.of_nat q); bias_dot := fun _ => 0 |}).
    assert (E : forall t, map (at_time t) (own :: map steady_course rest) = with_weight l (upd2 (weight l) p q t) :: rest).
    { intros t; simpl; rewrite at_steady; reflexivity. }
    assert (N : map (at_time (weight l p q)) (own :: map steady_course rest) = l :: rest).
    { rewrite E, upd2_same; destruct l; reflexivity. }
    assert (B := backpropagation n cost G (weight l p q) (own :: map steady_course rest) here (fun _ => input) (fun _ _ => 0)).
    cbv beta zeta in B. rewrite N in B.
    assert (C : courses_move here (weight l p q) (own :: map steady_course rest)).
    { simpl; refine (conj _ (conj _ _)); [intros i j _ _; apply d_upd2|intros; apply D_const|apply steady_move]. }
    specialize (B Hs C (steady_input _) Hg).
    apply (is_derive_ext (fun t => cost (run here (map (at_time t) (own :: map steady_course rest)) input))).
    { intros t; rewrite E, run_app; reflexivity. }
    eapply D_eq; [exact B|]. rewrite paired_zero, Rplus_0_l.
    change (total n here (weight l p q) (own :: map steady_course rest) input G) with
      (paired here (width l) (weight_bar n here (at_time (weight l p q) own) (map (at_time (weight l p q)) (map steady_course rest)) input G) (weight_dot own)
       + bsum (width l) (fun k => bias_bar n here (at_time (weight l p q) own) (map (at_time (weight l p q)) (map steady_course rest)) input G k * 0)
       + total n (width l) (weight l p q) (map steady_course rest) (out here (at_time (weight l p q) own) input) G).
    rewrite total_steady, at_steady. injection N; intros _ N'. rewrite N'. simpl weight_dot.
    rewrite paired_delta by assumption. rewrite Rplus_0_r. rewrite <- (Rplus_0_r (weight_bar n here l rest input G p q)) at 2.
    f_equal. apply bsum_is_zero; intros; ring.
  Qed.

  (** And by one bias. *)
  Theorem bias_entry q : (q < width l)%nat ->
    is_derive (fun t => cost (run d (before ++ with_bias l (upd1 (bias l) q t) :: rest) X)) (bias l q)
      (bias_bar n here l rest input G q).
  Proof.
    intros Hq.
    pose (own := {| steady := l; weight_at := fun _ => weight l; bias_at := upd1 (bias l) q;
      weight_dot := fun _ _ => 0; bias_dot := fun j => kron (Z.of_nat j) (Z.of_nat q) |}).
    assert (E : forall t, map (at_time t) (own :: map steady_course rest) = with_bias l (upd1 (bias l) q t) :: rest).
    { intros t; simpl; rewrite at_steady; reflexivity. }
    assert (N : map (at_time (bias l q)) (own :: map steady_course rest) = l :: rest).
    { rewrite E, upd1_same; destruct l; reflexivity. }
    assert (B := backpropagation n cost G (bias l q) (own :: map steady_course rest) here (fun _ => input) (fun _ _ => 0)).
    cbv beta zeta in B. rewrite N in B.
    assert (C : courses_move here (bias l q) (own :: map steady_course rest)).
    { simpl; refine (conj _ (conj _ _)); [intros i j _ _; apply D_const|intros; apply d_upd1|apply steady_move]. }
    specialize (B Hs C (steady_input _) Hg).
    apply (is_derive_ext (fun t => cost (run here (map (at_time t) (own :: map steady_course rest)) input))).
    { intros t; rewrite E, run_app; reflexivity. }
    eapply D_eq; [exact B|]. rewrite paired_zero, Rplus_0_l.
    change (total n here (bias l q) (own :: map steady_course rest) input G) with
      (paired here (width l) (weight_bar n here (at_time (bias l q) own) (map (at_time (bias l q)) (map steady_course rest)) input G) (fun _ _ => 0)
       + bsum (width l) (fun k => bias_bar n here (at_time (bias l q) own) (map (at_time (bias l q)) (map steady_course rest)) input G k * kron (Z.of_nat k) (Z.of_nat q))
       + total n (width l) (bias l q) (map steady_course rest) (out here (at_time (bias l q) own) input) G).
    rewrite total_steady, at_steady, paired_zero, Rplus_0_l, Rplus_0_r. injection N; intros _ N'. rewrite N'.
    apply pick1, Hq.
  Qed.
End Entries.

(** ------------------------------------------------------------ activations and costs *)

Lemma smooth_sigmoid z : is_derive sigmoid z (sigmoid z * (1 - sigmoid z)).
Proof. eapply D_eq; [apply (d_sigmoid (fun t => t) z 1); apply @is_derive_id|ring]. Qed.
Lemma smooth_tanh z : is_derive tanh z (1 - tanh z ^ 2).
Proof. eapply D_eq; [apply (D_tanh (fun t => t) z 1); apply @is_derive_id|ring]. Qed.
Lemma smooth_identity z : is_derive (fun x => x) z 1.
Proof. apply @is_derive_id. Qed.
Lemma smooth_relu z : 0 <> z -> is_derive (fun x => where_ (lt_ 0 x) x 0) z (where_ (lt_ 0 z) 1 0).
Proof.
  intros N; apply (d_where (fun x => lt_ 0 x) (fun x => x) (fun _ => 0)); [|apply D_id|apply D_const].
  apply (d_lt (fun _ => 0) (fun x => x) z 0 1); [apply D_const|apply D_id|exact N].
Qed.

(** Any number of layers, any widths, whose activations are smooth everywhere. *)
Lemma smooth_everywhere n ls : forall d X,
  (forall l, In l ls -> forall z, is_derive (act l) z (slope l z)) -> smooth n d ls X.
Proof.
  induction ls as [|l rest IH]; intros d X H; simpl; [exact I|]. split.
  - intros i k _ _; apply H; left; reflexivity.
  - apply IH; intros l' Hl'; apply H; right; exact Hl'.
Qed.

(** A cost of A reads A below n and m only: there A may be any number elsewhere. *)
Definition clip (n m : nat) (A : matrix) : matrix :=
  fun i k => if lt_dec i n then if lt_dec k m then A i k else 0 else 0.
Lemma clip_in n m A i k : (i < n)%nat -> (k < m)%nat -> clip n m A i k = A i k.
Proof. intros; unfold clip; destruct (lt_dec i n), (lt_dec k m); tauto || reflexivity. Qed.
Lemma clip_moves n m c t D : moves n m c t D ->
  forall i k, is_derive (fun s => clip n m (c s) i k) t (clip n m D i k).
Proof.
  intros M i k; unfold clip; destruct (lt_dec i n), (lt_dec k m); first [apply M; assumption | apply D_const].
Qed.
Ltac clipped := lazymatch goal with
  | |- ?x = ?x => reflexivity
  | |- bsum _ _ = bsum _ _ => apply bsum_ext; intros; clipped
  | |- clip _ _ _ _ _ = _ => apply clip_in; assumption
  | |- _ = clip _ _ _ _ _ => symmetry; apply clip_in; assumption
  | |- _ => f_equal; clipped
  end.
(** What is supposed of A, supposed of clip A. *)
Ltac clipped_too := intros; rewrite ?clip_in by assumption; match goal with H : _ |- _ => apply H; assumption end.

(** ------------------------------------------------------------ concrete networks *)

Definition sigmoid_layer (m : nat) (W : matrix) (b : nat -> R) : layer :=
  {| width := m; weight := W; bias := b; act := sigmoid; slope := fun z => sigmoid z * (1 - sigmoid z) |}.
Definition tanh_layer (m : nat) (W : matrix) (b : nat -> R) : layer :=
  {| width := m; weight := W; bias := b; act := tanh; slope := fun z => 1 - tanh z ^ 2 |}.
Definition identity_layer (m : nat) (W : matrix) (b : nat -> R) : layer :=
  {| width := m; weight := W; bias := b; act := fun z => z; slope := fun _ => 1 |}.
Definition relu_layer (m : nat) (W : matrix) (b : nat -> R) : layer :=
  {| width := m; weight := W; bias := b; act := fun z => where_ (lt_ 0 z) z 0; slope := fun z => where_ (lt_ 0 z) 1 0 |}.
(** A layer of relu is smooth where nothing that it takes, here by another name, is 0. *)
Lemma smooth_off_0 d m W b X i k z : pre d (relu_layer m W b) X i k = z -> 0 <> z ->
  let l := relu_layer m W b in is_derive (act l) (pre d l X i k) (slope l (pre d l X i k)).
Proof. intros E N l; apply smooth_relu; unfold l; rewrite E; exact N. Qed.
Ltac smooth_layers := apply smooth_everywhere;
  let l := fresh in let H := fresh in let z := fresh in intros l H z; simpl in H;
  repeat (destruct H as [<-|H];
    [first [apply smooth_sigmoid | apply smooth_tanh | apply smooth_identity]|]);
  destruct H.

(** Without weights the last layer says its bias. *)
Lemma silent d before (l : layer) X b : weight l = (fun _ _ => 0) -> bias l = (fun _ => b) ->
  run d (before ++ [l]) X = fun _ _ => act l b.
Proof.
  intros W B; rewrite run_app; simpl. extensionality i; extensionality k; unfold out, pre; rewrite W, B.
  rewrite bsum_is_zero by (intros; ring). f_equal; ring.
Qed.
Lemma sigmoid_0 : sigmoid 0 = / 2.
Proof. unfold sigmoid; rewrite Ropp_0, exp_0; f_equal; ring. Qed.
Lemma tanh_at_0 : tanh 0 = 0.
Proof. unfold tanh, sinh; rewrite Ropp_0; unfold Rdiv; ring. Qed.
Lemma relu_1 : where_ (lt_ 0 1) 1 0 = 1.
Proof. decide_masks. Qed.

(** A program's own equations are those of the list of layers: its sums and products may stand in another order. *)
Ltac agree := lazymatch goal with
  | |- ?x = ?x => reflexivity
  | |- bsum _ _ = bsum _ _ => apply bsum_ext; intros; cbv beta; agree
  | |- ?a + ?b = _ + _ => first
      [refine (f_equal2 Rplus _ _); agree | rewrite (Rplus_comm a b); refine (f_equal2 Rplus _ _); agree | ring | lra]
  | |- ?a * ?b = _ * _ => first
      [refine (f_equal2 Rmult _ _); agree | rewrite (Rmult_comm a b); refine (f_equal2 Rmult _ _); agree | ring | lra]
  | |- where_ _ _ _ = where_ _ _ _ => refine (f_equal3 where_ _ _ _); agree
  | |- ?f _ = ?f _ => refine (f_equal f _); agree
  | |- ?f _ _ = ?f _ _ => refine (f_equal2 f _ _); agree
  | |- _ => first [ring | lra]
  end.
Ltac layer_by_layer := cbn [run]; unfold out, pre;
  cbn [act weight bias width sigmoid_layer tanh_layer identity_layer relu_layer]; agree.
Ltac plain_numbers := rewrite ?INR_IZR_INZ; cbn [Z.of_nat Pos.of_succ_nat Pos.succ].
Ltac same_loss := cbv beta;
  lazymatch goal with |- context [run ?d ?ls ?X] => generalize (run d ls X); intros ?; first [agree | plain_numbers; agree] end.
