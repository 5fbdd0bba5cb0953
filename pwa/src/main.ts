import './trusted-types';
import './app.scss';
import { mount } from 'svelte';
import App from './App.svelte';
import { boot } from './lib/state/session.svelte';
import { watchForUpdates } from './lib/state/updates.svelte';

/** Opens the vault's list of profiles, then shows the first screen. There is no top-level await: older iOS loads modules twice then. */
async function start(): Promise<void> {
  await boot();
  const target = document.getElementById('app');
  if (target === null) throw new Error('the page has no place for the app');
  mount(App, { target });
  performance.mark('app-ready');
  await watchForUpdates();
}

void start();
