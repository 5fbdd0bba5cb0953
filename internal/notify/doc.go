// Package notify tells people that something waits for them: by a notice in the app, and by a push message or a letter
// that says no more than that.
//
// It promises that a change is told exactly when it was committed, and once, however often it is looked at; that no message
// holds anything of a record; and that nothing is ever sent to a machine that is not a known push service.
//
// Not here: what the notice looks like (the app), and who may see the record it leads to (access).
package notify
