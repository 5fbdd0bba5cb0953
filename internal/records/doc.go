// Package records keeps what the exchange takes in: SQLite under PocketBase, sealed parts, and the feed of changes.
//
// It promises that free text, identity and contact reach the disk sealed only, that every change of a synced row reaches
// the feed in the transaction that drains it, and that a commit survives a loss of power.
//
// Not here: what an operation may do (exchange) and who may see what (access).
package records
