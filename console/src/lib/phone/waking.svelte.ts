// The service worker of this phone, and its leave to wake it: registered when the page begins, subscribed when its user
// asks for it.

import { ApiError, type Api } from '../api';

export type Waking = 'off' | 'on' | 'refused' | 'none';

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

class WakingNow {
  state = $state<Waking>('none');
  /** A new version is there and waits until nobody is disturbed. */
  newer = $state(false);
  private registration: ServiceWorkerRegistration | null = null;
  private begun = false;

  /** Have the page open without a net, and follow new versions of it. */
  async begin(api: Api): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    if (!this.begun) await this.follow();
    await this.look();
    const known = this.state === 'on' ? await this.registration?.pushManager.getSubscription() : null;
    if (known) await this.register(api, known).catch(() => undefined);
  }

  private async follow(): Promise<void> {
    this.begun = true;
    try {
      const had = navigator.serviceWorker.controller !== null;
      const registration = (this.registration = await navigator.serviceWorker.register('/sw.js', { scope: '/' }));
      const waits = () => (this.newer = registration.waiting !== null && navigator.serviceWorker.controller !== null);
      waits();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', waits);
      });
      navigator.serviceWorker.addEventListener('controllerchange', () => {
        if (had || this.newer) location.reload();
      });
      setInterval(() => void registration.update().catch(() => undefined), 6 * 3_600_000);
    } catch {
      this.registration = null; // refused by the browser: the page lives without
    }
  }

  /** Change over now: asked where nothing is under way. */
  change(): void {
    this.registration?.waiting?.postMessage('change over');
  }

  async look(): Promise<void> {
    const { registration } = this;
    if (!registration || !('PushManager' in window) || !('Notification' in window)) return void (this.state = 'none');
    if (Notification.permission === 'denied') return void (this.state = 'refused');
    const known = await registration.pushManager.getSubscription().catch(() => null);
    this.state = known && Notification.permission === 'granted' ? 'on' : 'off';
  }

  async ask(api: Api): Promise<void> {
    try {
      if ((await Notification.requestPermission()) !== 'granted') return await this.look();
      const registration = await navigator.serviceWorker.ready;
      const { public_key } = await api.get<{ public_key: string }>('/me/push');
      const options = { userVisibleOnly: true, applicationServerKey: bytesOf(public_key) };
      await this.register(api, await registration.pushManager.subscribe(options));
      this.state = 'on';
    } catch (error) {
      this.state = error instanceof ApiError ? 'none' : Notification.permission === 'denied' ? 'refused' : 'none';
    }
  }

  /** The centre writes to the phones of those who are signed in: it is told anew with each session. */
  private async register(api: Api, subscription: PushSubscription): Promise<void> {
    const { endpoint, keys } = subscription.toJSON();
    await api.post('/me/push', { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } });
  }

  /** Signing out: nothing reaches this phone any more. */
  async leave(): Promise<void> {
    const known = await this.registration?.pushManager?.getSubscription().catch(() => null);
    await known?.unsubscribe().catch(() => false);
  }
}

export const waking = new WakingNow();
