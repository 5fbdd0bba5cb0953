package exchange

import (
	"slices"

	"noddfa/internal/casework"
	"noddfa/internal/forms"
)

// referralGuards are what must hold before a move of a referral. A broken one refuses with error.<its name>.
var referralGuards = map[string]guard{
	"agency_allowed_for_type": (*edit).agencyAllowed,
	"required_answers":        (*edit).requiredAnswers,
	"not_asked_absent":        (*edit).notAskedAbsent,
	"consent_rule":            (*edit).consentRule,
	"consent_given":           (*edit).consentGiven,
	"consent_not_withdrawn": func(e *edit, _ casework.Values) error {
		return refuseIf(e.v.Bool("consent_withdrawn") && e.needsConsent(e.referralType()), "error.consent_not_withdrawn", "")
	},
	"danger_question_answered": func(e *edit, _ casework.Values) error {
		q, asked := e.rules.form.Question("emergency_called")
		return refuseIf(asked && e.answers().Text(q.Key) == "", "error.danger_question_answered", q.Store+"."+q.Key)
	},
	"checklist_complete": func(e *edit, args casework.Values) error {
		said, _ := args["checklist"].(map[string]any)
		return refuseIf(e.referralType().Checklist && len(said) < checklistLength(), "error.checklist_complete", "")
	},
	"dtn_anonymity_clear":                   (*edit).anonymityClear,
	"child_steps_complete":                  (*edit).childSteps,
	"graded":                                (*edit).graded,
	"child":                                 func(e *edit, _ casework.Values) error { return refuseIf(!e.v.Bool("child"), "error.child", "") },
	"not_child_without_safeguarding_cosign": (*edit).cosigned,
	"own_or_cosigned": func(e *edit, args casework.Values) error {
		if e.role == "author" {
			return nil
		}
		return e.cosigned(args)
	},
	"hit_exists": func(e *edit, args casework.Values) error {
		return refuseIf(e.hit(args.Text("hit")) == nil, "error.hit_exists", "")
	},
	"type_reviewed_after": func(e *edit, _ casework.Values) error {
		return refuseIf(e.referralType().Review == casework.ReviewBefore, "error.type_reviewed_after", "")
	},
	"channel_of_type": func(e *edit, args casework.Values) error {
		return refuseIf(!slices.Contains(e.referralType().Channels, args.Text("channel")), "error.channel_of_type", "")
	},
	"external_ref_or_task": func(e *edit, args casework.Values) error {
		return refuseIf(args.Text("external_ref") == "" && !args.Bool("awaiting_number"), "error.external_ref_or_task", "")
	},
	"disclosure_log_row": (*edit).disclosureApproved,
	"danger_or_child": func(e *edit, _ casework.Values) error {
		return refuseIf(!e.v.Bool("danger") && !e.v.Bool("child"), "error.danger_or_child", "")
	},
	"disclosure_fits": (*edit).disclosureFits,
	"four_eyes":       (*edit).fourEyes,
	"may_have_left":   (*edit).mayHaveLeft,
	"countersign_due": func(e *edit, _ casework.Values) error {
		return refuseIf(!e.awaitsCountersign(), "error.countersign_due", "")
	},
	"countersigned": func(e *edit, _ casework.Values) error {
		return refuseIf(e.awaitsCountersign(), "error.countersigned", "")
	},
	"outcome_of_type": func(e *edit, args casework.Values) error {
		return refuseIf(!slices.Contains(e.referralType().Outcomes, args.Text("outcome")), "error.outcome_of_type", "")
	},
	"link_new_referral": (*edit).linksReferral,
}

// checklistLength is how many points of quality the table of moves asks a reviewer about.
func checklistLength() int {
	rule, _ := casework.MoveFor("approve", casework.InReview)
	return len(rule.Args["checklist"].Keys)
}

func (e *edit) referralType() casework.ReferralType { return casework.ReferralTypes[e.v.Text("type")] }

func (e *edit) awaitsCountersign() bool {
	return e.v.Int("countersign_due_ms") > 0 && e.v.Text("countersigned_by") == ""
}

// agencyAllowed holds a referral of a type that only listed first responders may make to those that are (domain: NRM
// statutory guidance, first responder organisations), and refuses the pathways that the law closes for this person.
func (e *edit) agencyAllowed(casework.Values) error {
	if err := e.responderOnly(); err != nil {
		return err
	}
	agency, err := e.tx.Agency(e.v.Text("agency"))
	if err != nil {
		return err
	}
	kind := e.referralType()
	if kind.Form != e.v.Text("form") {
		return answersRefused(casework.Problems{"form": casework.KeyCheck})
	}
	if key := forms.Forbidden(e.v.Text("type"), e.facts(agency.MayRefer)); key != "" {
		return rejected(key)
	}
	return e.rightRecipient(kind)
}

// responderOnly holds the types that only listed first responders may make to agencies that are. It holds for a draft as
// well: what may never be sent is not begun.
func (e *edit) responderOnly() error {
	agency, err := e.tx.Agency(e.v.Text("agency"))
	if err != nil {
		return err
	}
	return refuseIf(e.referralType().ResponderOnly && !agency.MayRefer, "error.agency_allowed_for_type", "")
}

// rightRecipient holds a referral to an agency of this server to one of the kind that its type names.
func (e *edit) rightRecipient(kind casework.ReferralType) error {
	to := e.v.Text("to_agency")
	if kind.To == "" || to == "" {
		return refuseIf(kind.To != "" && to == "", "error.required_answers", "to_agency")
	}
	agency, err := e.tx.Agency(to)
	if err != nil {
		return err
	}
	fits := agency.Kind == kind.To || kind.To == "responder" && agency.MayRefer
	return refuseIf(!fits || to == e.v.Text("agency") && kind.To == "responder", "error.agency_allowed_for_type", "to_agency")
}

func (e *edit) requiredAnswers(casework.Values) error {
	problems := e.rules.form.Check(e.answers(), true)
	if len(problems) == 0 {
		return nil
	}
	return &refusal{v: "rejected", key: "error.required_answers", fields: questionFields(e.rules.form, problems)}
}

// notAskedAbsent keeps answers to questions that are not asked from being handed in: a name that was typed before the
// person declined would identify them.
func (e *edit) notAskedAbsent(casework.Values) error {
	problems := map[string]string{}
	for _, key := range e.rules.form.NotAsked(e.answers()) {
		problems[key] = "error.not_asked"
	}
	// Consent is one group of answers for every form; what another form asks in it does no harm.
	for key := range problems {
		if _, asked := e.rules.form.Question(key); !asked {
			delete(problems, key)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return &refusal{v: "rejected", key: "error.not_asked_absent", fields: questionFields(e.rules.form, problems)}
}

// consentRule holds each type to its consent: an adult chooses, a child does not (NRM statutory guidance), and a duty to
// report overrides a refusal with a reason (SSWBA 2014 s.128, s.130).
func (e *edit) consentRule(casework.Values) error {
	answers, child := e.answers(), e.v.Bool("child")
	shares := answers.Text("consent_share")
	broken := false
	switch e.referralType().Consent {
	case "adult_yes_or_child":
		broken = !child && answers.Text("consent_nrm") != "yes" && shares != "yes"
	case "adult_said_no":
		broken = child || answers.Text("consent_nrm") != "no"
	case "explicit":
		broken = shares != "yes"
	case "seek_duty_overrides", "seek_override_high_risk":
		broken = shares == "" || shares != "yes" && e.v.Text("chosen_reason") == "" && answers.Text("override_reason") == ""
	}
	return refuseIf(broken, "error.consent_rule", "consent")
}

// consentGiven holds what leaves before review to the person's consent where the type needs it: haste is no ground to refer
// an adult who has not agreed. A duty to report does not wait for it.
func (e *edit) consentGiven(args casework.Values) error {
	return refuseIf(e.needsConsent(e.referralType()) && e.consentRule(args) != nil, "error.consent_given", "consent")
}

// anonymityClear holds an unnamed notification back while anything in it could give the person away and no second person
// has said why it does not.
func (e *edit) anonymityClear(casework.Values) error {
	open := casework.Problems{}
	for _, one := range casework.List(e.v["hits"]) {
		if hit, _ := one.(map[string]any); hit["block"] == true && hit["cleared_by"] == nil {
			open[casework.Values(hit).Text("field")] = "error.gives_away"
		}
	}
	if len(open) == 0 {
		return nil
	}
	return &refusal{v: "rejected", key: keyGivesAway, fields: open}
}

// childSteps are what the guidance asks for before a child's referral: the council is told, the guardian service (ICTG)
// is thought of, and an appropriate adult.
func (e *edit) childSteps(casework.Values) error {
	if e.v.Text("type") != "nrm" || !e.v.Bool("child") {
		return nil
	}
	answers, missing := e.answers(), casework.Problems{}
	for _, key := range []string{"la_name", "la_phone", "la_email", "ictg_referred", "appropriate_adult"} {
		if answers.Text(key) == "" {
			missing["answers."+key] = casework.KeyRequired
		}
	}
	if told := answers.Text("safeguarding_report_made"); told != "yes_phone" && told != "yes_written" {
		missing["answers.safeguarding_report_made"] = "error.council_first"
	}
	if len(missing) == 0 {
		return nil
	}
	return &refusal{v: "rejected", key: "error.child_steps_complete", fields: missing}
}

// graded holds intelligence to a 3x5x2 grading; handling code C names its conditions.
func (e *edit) graded(args casework.Values) error {
	given, _ := args["grading"].(map[string]any)
	grading := casework.Values(given)
	missing := grading.Text("source") == "" || grading.Text("information") == "" || grading.Text("handling") == "" ||
		grading.Text("handling") == "C" && grading.Text("conditions") == ""
	return refuseIf(e.referralType().Graded && missing, "error.graded", "")
}

func (e *edit) hit(id string) map[string]any {
	for _, one := range casework.List(e.v["hits"]) {
		if hit, ok := one.(map[string]any); ok && hit["id"] == id {
			return hit
		}
	}
	return nil
}

// disclosureApproved holds everything that leaves to a row of the disclosure log that is about this referral and approved.
func (e *edit) disclosureApproved(args casework.Values) error {
	row, ok, err := e.tx.Get("disclosures", args.Text("disclosure"))
	if err != nil {
		return err
	}
	return refuseIf(!ok || row.Text("referral") != e.rec || row.Text("state") != "approved", "error.disclosure_log_row", "")
}

// disclosureFits holds what leaves to the body that its row of the log names: a ground to tell one body is none to tell
// another. What two people have approved for a body of immigration enforcement may go to one, whatever the type; an agency
// that is one is written down as such.
func (e *edit) disclosureFits(args casework.Values) error {
	row, _, err := e.tx.Get("disclosures", args.Text("disclosure"))
	if err != nil {
		return err
	}
	to := e.v.Text("to_agency")
	agency, err := e.tx.Agency(to)
	if err != nil {
		return err
	}
	kind, named := row.Text("to_kind"), row.Text("to_agency")
	phoned := args.Text("phoned") != "" // Whoever is on duty may be rung first, whatever the body that the paper goes to.
	wrong := named != "" && to != "" && named != to || agency.Kind == immigration && kind != immigration ||
		!phoned && kind != immigration && !slices.Contains(e.referralType().Bodies, kind)
	return refuseIf(wrong, "error.disclosure_fits", "")
}

// fourEyes keeps whoever wrote what is about to go from deciding on it: a supervisor who mended it as cover for its author
// has become one.
func (e *edit) fourEyes(casework.Values) error {
	last, ok, err := e.tx.LastVersion(e.kind.follows, e.rec)
	return firstOf(err, refuseIf(ok && last.Text("author") == e.user.ID, "error.four_eyes", ""))
}

// mayHaveLeft holds for a referral that was stopped when it could already have been keyed in or rung through.
func (e *edit) mayHaveLeft(casework.Values) error {
	if e.referralType().Review != casework.ReviewBefore {
		return nil
	}
	_, approved, err := e.tx.Approval(e.rec)
	return firstOf(err, refuseIf(!approved, "error.may_have_left", ""))
}

// cosigned keeps a child's referral from being ended by one person who did not make it: whoever leads on safeguarding in
// its author's agency has to agree, and two roles do not make two people.
func (e *edit) cosigned(casework.Values) error {
	by := e.v.Text("cosigned_by")
	return refuseIf(e.v.Bool("child") && (by == "" || by == e.user.ID), "error.not_child_without_safeguarding_cosign", "")
}

func (e *edit) linksReferral(args casework.Values) error {
	id := args.Text("referral")
	other, ok, err := e.tx.Get("referrals", id)
	if err != nil {
		return err
	}
	return refuseIf(!ok || id == e.rec || other.Text("agency") != e.v.Text("agency"), "error.link_new_referral", "")
}
