// Package exchange takes in the work of phones and tells them what changed.
//
// It promises that every operation gets exactly one final verdict, that nothing handed in is lost or applied twice, and
// that a phone is told of what its user may see, no more, and is told to forget what they may no longer see.
// The wire is described in docs/protocol.md.
//
// Not here: HTTP (api), SQL (records), and who may see what (access).
package exchange
