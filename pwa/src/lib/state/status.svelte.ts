import type { WordKey } from '../casework/types';

/** The state of the exchange, for the sync bar. */
class SyncStatus {
  online = $state(true);
  busy = $state(false);
  phase = $state<'idle' | 'sending' | 'receiving'>('idle');
  done = $state(0);
  total = $state(0);
  lastContactMs = $state(0);
  problem = $state<WordKey>('');
  updateReady = $state(false);
  /** Operations without a verdict; on the lock screen, of the chosen profile. */
  waiting = $state(0);
}

export const sync = new SyncStatus();
