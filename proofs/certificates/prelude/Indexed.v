(** Tactics of index-level proofs: along a curve, under sums, and the conditions on the way. *)
From Coq Require Import Reals ZArith Lia Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Gamma Scalar Sums Curves.
Open Scope R_scope.

Lemma lt_as a b c d : a = c -> b = d -> lt_ a b = lt_ c d.
Proof. intros -> ->; reflexivity. Qed.
Lemma le_as a b c d : a = d -> b = c -> le_ a b = 1 - lt_ c d.
Proof. intros -> ->; unfold le_, lt_; destruct (Rle_dec d c), (Rlt_dec c d); lra. Qed.
Lemma eq_as a b c d : a = c -> b = d -> eq_ a b = eq_ c d.
Proof. intros -> ->; reflexivity. Qed.
Lemma eq_as_turned a b c d : a = d -> b = c -> eq_ a b = eq_ c d.
Proof. intros -> ->; unfold eq_; destruct (Req_EM_T d c), (Req_EM_T c d); congruence. Qed.
Lemma ne_as a b c d : a = c -> b = d -> ne_ a b = 1 - eq_ c d.
Proof. intros -> ->; unfold ne_, eq_; destruct (Req_EM_T c d); lra. Qed.
Lemma ne_as_turned a b c d : a = d -> b = c -> ne_ a b = 1 - eq_ c d.
Proof. intros -> ->; unfold ne_, eq_; destruct (Req_EM_T d c), (Req_EM_T c d); congruence || lra. Qed.

Lemma max_as a b c d : a = c -> b = d -> Rmax a b = lt_ d c * c + (1 - lt_ d c) * d.
Proof. intros -> ->; unfold Rmax, lt_; destruct (Rle_dec c d), (Rlt_dec d c); lra. Qed.
Lemma min_as a b c d : a = c -> b = d -> Rmin a b = lt_ c d * c + (1 - lt_ c d) * d.
Proof. intros -> ->; unfold Rmin, lt_; destruct (Rle_dec c d), (Rlt_dec c d); lra. Qed.
Lemma abs_as a b : a = b -> Rabs a = sgn b * b.
Proof. intros ->; unfold Rabs; destruct (Rcase_abs b); decide_masks. Qed.

Lemma exp_turned a b : - a = b -> exp a = / exp b.
Proof. intros <-; rewrite exp_Ropp, Rinv_inv; reflexivity. Qed.

Lemma below_1 e : 0 < e -> 0 < 1 - / (1 + e).
Proof. intros H; assert (P : / (1 + e) < / 1) by (apply Rinv_lt_contravar; lra). rewrite Rinv_1 in P; lra. Qed.

Lemma one_minus s : 0 < 1 - s -> 0 < -1 * s + 1.
Proof. intros; lra. Qed.

Ltac decide_range := unfold ltz, lez, eqz, nez;
  repeat match goal with |- context [if ?c then _ else _] => destruct c end; first [lia | lra].

Ltac stored := match goal with H : _ |- _ => eapply H; solve [first [assumption | lia]] end.
Ltac index := first [assumption | lia].

(** What is positive by its form or by a hypothesis. *)
Ltac known := match goal with H : _ |- _ => simple eapply H; solve [index] end.
(** As [known], where the hypothesis says it of the same number written in another way. *)
Ltac below := match goal with H : (_ < _)%nat |- _ => exact H end.
Ltac written_otherwise :=
  multimatch goal with H : _ |- 0 < _ => eapply Rlt_le_trans; [eapply H; below | apply Req_le; ring] end.
Lemma nonzero_as a b : a <> 0 -> a = b -> b <> 0.
Proof. intros H <-; exact H. Qed.
Ltac otherwise_nonzero :=
  multimatch goal with H : _ |- _ <> 0 => eapply nonzero_as; [eapply H; below | ring] end.
Ltac pos :=
  lazymatch goal with
  | |- _ <> 0 => first [known | apply Rgt_not_eq; unfold Rgt; pos | apply Rinv_neq_0_compat; pos
      | apply Rmult_integral_contrapositive_currified; pos | apply pow_nonzero; pos | solve [otherwise_nonzero]]
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < bsum _ _ => first [known | apply bsum_pos; [lia | intros; pos]
      | apply bsum_pos_first; [lia | intros; pos | cbv beta; pos]]
  | |- 0 < where_ _ _ _ => unfold where_; pos
  | |- 0 < lez _ _ => solve [decide_range]
  | |- 0 < ltz _ _ => solve [decide_range]
  | |- 0 < _ * _ => first [known | apply Rmult_lt_0_compat; pos]
  | |- 0 < / _ => first [known | apply Rinv_0_lt_compat; pos]
  | |- 0 < sqrt _ => first [known | apply sqrt_lt_R0; pos]
  | |- 0 < sigmoid _ => unfold sigmoid; pos
  | |- 0 < 1 - / (1 + _) => first [known | apply below_1; pos]
  | |- 0 < 1 - sigmoid _ => first [known | unfold sigmoid; apply below_1; pos]
  | |- 0 < INR _ => first [known | apply lt_0_INR; lia]
  | |- 0 < _ ^ _ => first [known | apply pow_lt; pos]
  | |- 0 < _ + _ => first [known | apply Rplus_lt_0_compat; pos | apply Rplus_lt_le_0_compat; pos
      | apply Rplus_le_lt_0_compat; pos | simple apply one_minus; pos | written_otherwise]
  | |- 0 < _ => first [known | lra | written_otherwise]
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= bsum _ _ => apply bsum_nonneg; intros; pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= INR _ => apply pos_INR
  | |- 0 <= _ * _ => apply Rmult_le_pos; pos
  | |- 0 <= / _ => left; apply Rinv_0_lt_compat; pos
  | |- 0 <= _ + _ => apply Rplus_le_le_0_compat; pos
  | |- 0 <= kron _ _ => unfold kron; destruct (Z.eq_dec _ _); lra
  | |- 0 <= where_ _ _ _ => unfold where_; pos
  | |- 0 <= lez _ _ => solve [decide_range]
  | |- 0 <= ltz _ _ => solve [decide_range]
  | |- 0 <= 1 - lez _ _ => solve [decide_range]
  | |- 0 <= _ => first [known | left; pos | lra]
  end.
Ltac nonzero := repeat split; pos.
Ltac inverse := rewrite ?Rinv_mult, ?Rinv_inv, <- ?pow_inv; first [reflexivity | ring | field; nonzero].
Ltac unfold_where := cbv beta; lazymatch goal with |- context [where_] => unfold where_ in * | _ => idtac end.

Ltac by_cases := unfold lt_, le_, eq_, ne_, ltz, lez, eqz, nez, kron, sgn;
  repeat match goal with |- context [if ?c then _ else _] => destruct c end;
  first [ring | field; nonzero | exfalso; lra | exfalso; lia].

(** [ring], after deltas and masks that say the same of whole numbers are written alike. *)
Lemma ltz_iff a b c d : ((a < b)%Z <-> (c < d)%Z) -> ltz a b = ltz c d.
Proof. intros H; unfold ltz; destruct (Z_lt_dec a b), (Z_lt_dec c d); tauto || reflexivity. Qed.
Ltac align := repeat match goal with
  | |- context [kron ?a ?b] => match goal with |- context [kron ?c ?d] =>
      tryif constr_eq (kron a b) (kron c d) then fail else rewrite (kron_iff a b c d) by lia end
  | |- context [ltz ?a ?b] => match goal with |- context [ltz ?c ?d] =>
      tryif constr_eq (ltz a b) (ltz c d) then fail else rewrite (ltz_iff a b c d) by lia end
  end.
(** The same under binders, part by part. *)
Ltac alike := lazymatch goal with
  | |- ?x = ?x => reflexivity
  | |- bsum _ _ = bsum _ _ => apply bsum_ext; intros; cbv beta; alike
  | |- kron _ _ = kron _ _ => apply kron_iff; lia
  | |- eq_ _ _ = eq_ _ _ => refine (f_equal2 eq_ _ _); alike
  | |- lt_ _ _ = lt_ _ _ => refine (f_equal2 lt_ _ _); alike
  | |- / _ = / _ => refine (f_equal Rinv _); alike
  | |- _ * _ = _ * _ => refine (f_equal2 Rmult _ _); alike
  | |- _ + _ = _ + _ => refine (f_equal2 Rplus _ _); alike
  end.
(* Both sides are often one term already, which costs less to see than to multiply out. *)
Ltac same := lazymatch goal with |- ?a = ?b => constr_eq a b; exact (eq_refl a) end.
Ltac aligned := cbv beta; first [same | ring | align; ring | solve [alike]].

(** What is known, or how a constant moves, or `own`, which says how the one entry moves. *)
Ltac supplied own :=
  lazymatch goal with
  | |- context [is_derive _ _ _] => intros; lazymatch goal with
      | |- is_derive (fun _ => ?c) _ _ => apply (D_const c)
      | _ => own
      end
  | _ => assumption
  end.

(** Of a sum, what is a product by 0 under whatever sums is left out. *)
Lemma plus_0_right a b c : b = 0 -> a = c -> a + b = c.
Proof. intros -> ->; apply Rplus_0_r. Qed.
Lemma plus_0_left a b c : a = 0 -> b = c -> a + b = c.
Proof. intros -> ->; apply Rplus_0_l. Qed.
Ltac still := lazymatch goal with
  | |- bsum ?n ?f = 0 => apply (bsum_is_zero n f); intros; cbv beta; still
  | |- _ + _ = 0 => apply plus_0_right; still
  | |- _ * 0 = 0 => apply Rmult_0_r
  end.
Ltac left_out := repeat lazymatch goal with
  | |- _ + _ = _ => first [apply plus_0_right; [still|] | apply plus_0_left; [still|]]
  end.

(** A sum of products, each factor that the letter does not move taken out. *)
Ltac linear :=
  lazymatch goal with
  | |- bsum ?n (fun i => @?f i + @?g i) = ?a + ?b =>
      refine (eq_trans (bsum_plus n f g) (f_equal2 Rplus _ _)); linear
  | |- bsum ?n (fun i => ?c * @?f i) = _ * ?b => refine (eq_trans (bsum_scal n c f) (f_equal (Rmult c) _))
  end; cbv beta.
Ltac take_out :=
  lazymatch goal with
  | |- _ = ?c * ?b => etransitivity; [take_out_of c|]; apply (f_equal (Rmult c))
  end
with take_out_of c :=
  lazymatch goal with
  | |- bsum ?n (fun i => c * @?f i) = _ => exact (bsum_scal n c f)
  | |- bsum ?n _ = _ => etransitivity; [apply bsum_ext; intros; take_out_of c | cbv beta; apply (bsum_scal n c)]
  end.

(** The derivative along a curve, node by node; `leaf` knows what moves. *)
Ltac opened := match goal with H : _ |- _ => eapply H; solve [index] end.
Ltac side := cbv beta; first [known | pos | opened | apply Rgt_not_eq; opened].
(* A node of two parts, by what is shorter where one of them does not move. *)
Ltac parts f g still_left still_right both :=
  lazymatch f with
  | fun _ => ?c => still_left c
  | _ => lazymatch g with fun _ => ?c => still_right c | _ => both end
  end.
(* That a condition moves: how fast does not matter. *)
Ltac moving leaf :=
  lazymatch goal with
  | |- ex_derive (fun _ => ?c) _ => apply (ex_derive_const c)
  | |- ex_derive (fun t => @?f t + @?g t) _ => apply (moving_plus f g); moving leaf
  | |- ex_derive (fun t => @?f t - @?g t) _ => apply (moving_minus f g); moving leaf
  | |- ex_derive (fun t => @?f t * @?g t) _ => apply (moving_mult f g); moving leaf
  | |- ex_derive (fun t => bsum ?n (fun i => @?f t i)) _ =>
      apply (moving_bsum n f); let i := fresh in let H := fresh in intros i H; cbv beta; moving leaf
  | |- ex_derive (fun t => read ?n ?z (fun i => @?f t i)) _ =>
      apply (moving_read n z f); let i := fresh in let H := fresh in intros i H; cbv beta; moving leaf
  | |- _ => eexists; leaf
  end.
Ltac along leaf :=
  lazymatch goal with
  | |- is_derive (fun _ => ?c) _ _ => apply (D_const c)
  | |- is_derive (fun t => @?f t + @?g t) _ _ =>
      parts f g ltac:(fun c => apply (d_plus_l g _ _ c)) ltac:(fun c => apply (d_plus_r f _ _ c)) ltac:(apply (D_plus f g)); along leaf
  | |- is_derive (fun t => @?f t - @?g t) _ _ =>
      parts f g ltac:(fun c => apply (d_minus_l g _ _ c)) ltac:(fun c => apply (d_minus_r f _ _ c)) ltac:(apply (D_minus f g)); along leaf
  | |- is_derive (fun t => @?f t * @?g t) _ _ =>
      parts f g ltac:(fun c => apply (D_scale c g)) ltac:(fun c => apply (d_mult_r f _ _ c)) ltac:(apply (D_mult f g)); along leaf
  | |- is_derive (fun t => - @?f t) _ _ => apply (D_opp f); along leaf
  | |- is_derive (fun t => / @?f t) _ _ => apply (d_inv f); [along leaf|side]
  | |- is_derive (fun t => @?f t ^ S ?n) _ _ => apply (d_pow f); [along leaf|simpl; ring]
  | |- is_derive (fun t => exp (@?f t)) _ _ => apply (D_exp f); along leaf
  | |- is_derive (fun t => ln (@?f t)) _ _ => apply (d_ln f); [along leaf|side]
  | |- is_derive (fun t => sqrt (@?f t)) _ _ => apply (d_sqrt f); [along leaf|side]
  | |- is_derive (fun t => sin (@?f t)) _ _ => apply (D_sin f); along leaf
  | |- is_derive (fun t => cos (@?f t)) _ _ => apply (D_cos f); along leaf
  | |- is_derive (fun t => tanh (@?f t)) _ _ => apply (D_tanh f); along leaf
  | |- is_derive (fun t => sigmoid (@?f t)) _ _ => apply (d_sigmoid f); along leaf
  | |- is_derive (fun t => softplus (@?f t)) _ _ => apply (d_softplus f); along leaf
  | |- is_derive (fun t => gammaln (@?f t)) _ _ => apply (D_gammaln f); [along leaf|side]
  | |- is_derive (fun t => polygamma ?m (@?f t)) _ _ => apply (D_polygamma m _ f); [along leaf|side|reflexivity]
  | |- is_derive (fun t => Rabs (@?f t)) _ _ => apply (d_abs f); [along leaf|side]
  | |- is_derive (fun t => Rmax (@?f t) (@?g t)) _ _ => apply (d_max f g); [along leaf|along leaf|side]
  | |- is_derive (fun t => Rmin (@?f t) (@?g t)) _ _ => apply (d_min f g); [along leaf|along leaf|side]
  | |- is_derive (fun t => lt_ (@?f t) (@?g t)) _ _ =>
      first [eapply (d_lt f g); [along leaf|along leaf|side] | apply (d_lt_moving f g); [moving leaf|moving leaf|side]]
  | |- is_derive (fun t => le_ (@?f t) (@?g t)) _ _ =>
      first [eapply (d_le f g); [along leaf|along leaf|side] | apply (d_le_moving f g); [moving leaf|moving leaf|side]]
  | |- is_derive (fun t => where_ (@?c t) (@?f t) (@?g t)) _ _ => apply (d_where c f g); along leaf
  | |- is_derive (fun t => bsum ?n (fun i => @?f t i)) _ _ =>
      apply (d_bsum n f); let i := fresh in let H := fresh in intros i H; cbv beta; along leaf
  | |- is_derive (fun t => read ?n ?z (fun i => @?f t i)) _ _ =>
      apply (d_read n z f); let i := fresh in let H := fresh in intros i H; cbv beta; along leaf
  | |- _ => leaf
  end.

(** That constants at extents of 1 are as a claim supposes. *)
Ltac first_entries := repeat match goal with H : (?i < 1)%nat |- _ =>
  let E := fresh in assert (E : i = 0%nat) by lia; rewrite E in *; clear E H end.
Ltac decide_constants := cbn [bsum read kron Z.of_nat INR]; first
  [ lia | lra
  | unfold Rabs; destruct (Rcase_abs _); lra
  | unfold Rmax; destruct (Rle_dec _ _); lra
  | pos ].
Ltac witness unfolded := repeat split; intros; unfolded; first_entries; decide_constants.
