// Package casework holds the nouns and rules of the work: who a user is, which fields a record has and what they may
// hold, which commands and moves take it from state to state, and what can go wrong.
//
// It promises that a value from outside which passes Check fits the field table, whatever sent it. The tables are
// fields.json, commands.json and referrals.json, read by the app as well.
//
// Not here: who sees which record (access), how two edits meet (reconcile), and storage (records).
package casework
