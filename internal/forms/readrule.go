package forms

// The limits of a rule: how deep it may nest and how many values it may list.
const (
	ruleDepth  = 8
	ruleValues = 100
)

// rule reads the shape of a rule; whether its keys exist and suit it is for checkRule.
func (r *reader) rule(n node, depth int) Rule {
	parts, _ := n.value.([]any)
	if len(parts) == 0 {
		r.refuse(n.place, "must be a list that begins with an operation")
		return Rule{}
	}
	op, _ := parts[0].(string)
	args := r.items(n, ruleValues+1)
	if depth > ruleDepth || len(args) == 0 {
		r.refuse(n.place, "nests more than %d deep", ruleDepth)
		return Rule{}
	}
	args = args[1:]
	switch op {
	case "all", "any":
		return Rule{Op: op, Rules: r.rules(n, args, depth)}
	case "not":
		r.arity(n, op, len(args), 1)
		return Rule{Op: op, Rules: r.rules(n, args, depth)}
	case "answered", "eq", "in", "has", "count", "lt", "lte", "gt", "gte", "some":
		return r.comparison(n, op, args, depth)
	}
	r.refuse(n.place, "has the operation %q, which the language does not have", op)
	return Rule{}
}

func (r *reader) rules(n node, args []node, depth int) []Rule {
	if len(args) == 0 {
		r.refuse(n.place, "has no rule in it")
	}
	out := make([]Rule, 0, len(args))
	for _, one := range args {
		out = append(out, r.rule(one, depth+1))
	}
	return out
}

func (r *reader) arity(n node, op string, got, want int) bool {
	if got != want {
		r.refuse(n.place, "%q takes %d and has %d", op, want, got)
	}
	return got == want
}

func (r *reader) comparison(n node, op string, args []node, depth int) Rule {
	want := 2
	if op == "answered" {
		want = 1
	}
	if !r.arity(n, op, len(args), want) {
		return Rule{}
	}
	rule := Rule{Op: op, Key: r.text(args[0], 41)}
	if rule.Key == "" {
		r.refuse(args[0].place, "must be a key")
	}
	switch op {
	case "in":
		for _, one := range r.items(args[1], ruleValues) {
			rule.Values = append(rule.Values, r.scalar(one))
		}
		if len(rule.Values) == 0 {
			r.refuse(args[1].place, "must be a list of values")
		}
	case "some":
		rule.Rules = []Rule{r.rule(args[1], depth+1)}
	case "count":
		rule.Value = float64(r.whole(args[1], 1, 1000))
	case "eq", "has":
		rule.Value = r.scalar(args[1])
	case "lt", "lte", "gt", "gte":
		rule.Value = args[1].value
		if day, ok := rule.Value.(string); ok && isDay(day) {
			break
		}
		if _, ok := rule.Value.(float64); !ok {
			r.refuse(args[1].place, "must be a number or a date YYYY-MM-DD")
		}
	}
	return rule
}

func (r *reader) scalar(n node) any {
	switch n.value.(type) {
	case string, float64, bool:
		return n.value
	}
	r.refuse(n.place, "must be a text, a number, true or false")
	return nil
}
