// Package pb_migrations holds one dated file for each change of the schema. A file that was released never changes.
//
// It promises that case collections are closed to the records API, that rows of the audit are neither changed nor taken
// out, and that every change of a synced row, by whatever program, leaves a mark in sync_dirty.
//
// Not here: what the columns mean (internal/casework) and how they are filled (internal/records).
package pb_migrations
