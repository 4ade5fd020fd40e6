import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { app } from './lib/app.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');
void app.start();
mount(App, { target });
