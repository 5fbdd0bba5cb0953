/** The time, read anew every half minute while a screen is shown, so that clocks in words do not stand still. */
export function nowEvery(): { readonly ms: number } {
  let ms = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (ms = Date.now()), 30_000);
    return () => clearInterval(timer);
  });
  return {
    get ms() {
      return ms;
    },
  };
}
