import type { WordKey } from '../casework/types';

/** The state of the exchange, for the sync bar. */
class SyncStatus {
  online = $state(true);
  busy = $state(false);
  phase = $state<'idle' | 'sending' | 'receiving'>('idle');
  done = $state(0);
  total = $state(0);
  lastContactMs = $state(0);
  /** Whether the lists and forms have all arrived once: before that, the phone cannot do without signal. */
  ready = $state(false);
  problem = $state<WordKey>('');
  /** Why what is being written could not be saved on this device; '' once it could. */
  unsaved = $state<WordKey>('');
  updateReady = $state(false);
  /** Operations without a verdict; on the lock screen, of the chosen profile. */
  waiting = $state(0);
}

export const sync = new SyncStatus();
