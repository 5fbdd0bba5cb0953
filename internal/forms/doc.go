// Package forms reads form definitions and says which questions an answer set shows and what is wrong with its answers.
//
// It promises that a definition it has read can be walked by any answers without failing, that a question which is not
// shown counts as unanswered everywhere, and that the app (pwa/src/lib/forms) gives the same verdict on the same answers.
//
// Not here: where answers are stored (internal/exchange) and the words of its problems (pwa/words).
package forms
