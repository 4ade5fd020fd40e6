import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { app } from './lib/app.svelte';
import { speak } from './lib/i18n.svelte';
import { prefs } from './lib/prefs.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');
await speak(prefs.language); // so that the page begins in its language
void app.start();
mount(App, { target });
