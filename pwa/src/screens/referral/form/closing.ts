/** Resolves when the draft that was open last is saved and let go. */
export const closing: { done: Promise<unknown> } = { done: Promise.resolve() };
