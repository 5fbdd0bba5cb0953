import './trusted-types';
import './app.scss';
import { mount } from 'svelte';
import App from './App.svelte';
import { boot } from './lib/state/session.svelte';
import { watchForUpdates } from './lib/state/updates.svelte';

/** Shows the shell at once and finds out behind it who uses the phone. No top-level await: older iOS loads modules twice then. */
function start(): void {
  const target = document.getElementById('app');
  if (target === null) throw new Error('the page has no place for the app');
  mount(App, { target });
  void boot().then(() => performance.mark('app-ready'));
  void watchForUpdates();
}

start();
