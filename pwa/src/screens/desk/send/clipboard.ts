const CLEAR_AFTER_MS = 60_000;

/** Puts texts on the clipboard and takes them off again. */
export interface Copier {
  /** Whether the text could be copied. */
  copy: (text: string) => Promise<boolean>;
  /** Clears at once what was copied from here, as when the screen closes. */
  stop: () => void;
}

/** What the copier needs of its surroundings. */
export interface CopierParts {
  write: (text: string) => Promise<void>;
  later: (act: () => void, ms: number) => () => void;
}

const platform: CopierParts = {
  write: (text) => navigator.clipboard.writeText(text),
  later: (act, ms) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * A copier that clears the clipboard a minute after the last copy. Some platforms refuse while another window is in front, or always;
 * then the text stays until something else is copied, and the screen says so beforehand.
 */
export function copier({ write, later }: CopierParts = platform): Copier {
  let cancel: (() => void) | null = null;
  const clear = (): void => {
    cancel = null;
    write('').catch(() => undefined);
  };
  return {
    async copy(text) {
      cancel?.();
      cancel = null;
      try {
        await write(text);
      } catch {
        return false;
      }
      cancel = later(clear, CLEAR_AFTER_MS);
      return true;
    },
    stop() {
      if (cancel === null) return;
      cancel();
      clear();
    },
  };
}

/** Whether this is a desk: a mouse or the like, and a keyboard. On a phone another app could read the clipboard. */
export const isDesk = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches;
