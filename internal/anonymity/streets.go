package anonymity

import (
	"regexp"
	"slices"
	"strings"
)

const (
	streetsEN     = `street road rd lane avenue ave close drive way crescent terrace place square gardens hill row walk grove mews court`
	streetsCY     = `heol stryd ffordd lon rhodfa rhes teras cilgant clos maes bryn gerddi rhiw`
	streetsAbroad = `rue rua calle strada str ulica ul rruga duong sokak avenida bulevardi bulevardul`
	homes         = `cottage farm farmhouse bungalow villa bwthyn fferm ffermdy tyddyn`
)

var (
	// A door and a street, in the order of either language: "12b Mill Lane", "7 Heol y Bont".
	door          = `\b\d{1,4} ?[a-z]?(?: ?[-/] ?\d{1,4}[a-z]?)?[ ,]{1,2}`
	doorAndStreet = regexp.MustCompile(door + `(?:[a-z'.\-]+ ){0,3}[a-z'.\-]+ ` + oneOf(streetsEN+` st`) + `\b`)
	doorAndHeol   = regexp.MustCompile(door + oneOf(streetsCY) + `(?:'r)? [a-z'\-]+(?: [a-z'\-]+)?\b`)
	doorAndRue    = regexp.MustCompile(door + oneOf(streetsAbroad) + `\.? [a-z'\-]+(?: [a-z'\-]+)?\b`)
	// The same with the door last, as in most of Europe: "Ulica Przykladowa 5", "Beispielstrasse 5".
	streetAndDoor = regexp.MustCompile(`\b(?:(?:[a-z'\-]+ ){1,3}` + oneOf(`street road lane avenue`) +
		`|` + oneOf(streetsCY+" "+streetsAbroad) + `\.?(?: [a-z'\-]+){1,3}|[a-z'\-]+(?:strasse|straat|gatan|gata)),? (?:no\.? ?|number |rhif )?\d{1,4}(?: ?[a-z])?\b`)
	doorOfFlat = regexp.MustCompile(`\b` + oneOf(`flat fflat apartment apt unit uned room ystafell caravan carafan`) + ` \d{1,4}(?: ?[a-z])?\b`)
	// A street without a door, or a house with a name.
	streetAlone = regexp.MustCompile(`\b([a-z'\-]+) ` + oneOf(`street road lane avenue crescent terrace`) + `\b`)
	heolAlone   = regexp.MustCompile(`\b` + oneOf(`heol stryd lon rhodfa`) + ` [a-z'\-]+\b`)
	houseByName = regexp.MustCompile(`\b([a-z'\-]+) ` + oneOf(homes) + `\b|\b` + oneOf(`bwthyn fferm ffermdy tyddyn`) + ` [a-z'\-]+\b`)
	// Words between a number and a street that make the number a count: "2 miles from St Asaph", "3 men on the road".
	countedBy = setOf(`mile miles km metres minutes hours days weeks months years times people persons men women girls boys
		children cars from to in on at near of off and along down up by the a milltir munud o oed yn ar am i ger`)
	notInName = setOf(`from to on at near off and along down up by the a this that main o ar am i ger`)
	noName    = setOf(`the a an this that main on by of in at near same busy quiet country side back y yr other one old`)
)

// findStreets gives exact places. In an answer for a town a door and a street block; in a narrative they are a warning,
// as is a street without a door in a place.
func findStreets(s scan, isPlace bool) []span {
	var out []span
	add := func(found [][]int, warn bool, isOne func(stretch, first string) bool) {
		for _, at := range found {
			taken := slices.ContainsFunc(out, func(one span) bool { return at[0] < one.end && one.start < at[1] })
			first := ""
			if len(at) > 2 && at[2] >= 0 {
				first = string(s.rest[at[2]:at[3]])
			}
			if !taken && isOne(string(s.rest[at[0]:at[1]]), first) {
				out = append(out, span{at[0], at[1], KindStreet, warn})
			}
		}
	}
	always := func(string, string) bool { return true }
	without := func(words map[string]bool) func(string, string) bool {
		return func(stretch, _ string) bool {
			return !slices.ContainsFunc(strings.Fields(stretch), func(one string) bool { return words[one] })
		}
	}
	add(s.find(doorAndStreet), !isPlace, without(countedBy))
	add(s.find(doorAndHeol), !isPlace, always)
	add(s.find(doorAndRue), !isPlace, always)
	add(s.find(streetAndDoor), !isPlace, without(notInName))
	add(s.find(doorOfFlat), !isPlace, always)
	if isPlace {
		named := func(_, first string) bool { return !noName[first] }
		add(heolAlone.FindAllSubmatchIndex(s.rest, -1), true, always)
		add(streetAlone.FindAllSubmatchIndex(s.rest, -1), true, named)
		add(houseByName.FindAllSubmatchIndex(s.rest, -1), true, named)
	}
	return out
}
