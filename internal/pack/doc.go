// Package pack lays out what a referral holds for the body that receives it: box by box in the order of that body's own
// form, ready to be copied or printed.
//
// It promises that a pack holds what its form sends and nothing else, that the pack of a Duty to Notify in which the
// person is not named has no entry about who they are or how to reach them, and that the reference on it says nothing of
// the person.
//
// Not here: who may have a pack, and the disclosure row that must stand first (internal/exchange, internal/api). A pack is
// not a submission: nothing here sends anything.
package pack
