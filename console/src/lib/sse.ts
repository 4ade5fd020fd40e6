// Server-sent events, read from text as it arrives (WHATWG HTML, 9.2.6). The browser's own EventSource hides messages
// that carry an id alone, and those are the heartbeat by which a console knows that its list is alive.

export interface Message {
  /** Position of the journal entry, or null before the first one. */
  id: string | null;
  event: string;
  /** Empty in a heartbeat. */
  data: string;
}

export class SseParser {
  private rest = '';
  private id: string | null = null;
  private fields: { event: string; data: string[]; touched: boolean } = { event: '', data: [], touched: false };

  /** The messages that `text` completes. Any cut of the same text gives the same messages. */
  feed(text: string): Message[] {
    const messages: Message[] = [];
    // A carriage return at the very end may be half of a line end: it waits for what follows.
    const whole = this.rest + text;
    const held = whole.endsWith('\r') ? 1 : 0;
    const lines = whole.slice(0, whole.length - held).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? '') + (held ? '\r' : '');
    for (const line of lines) {
      if (line !== '') this.take(line);
      else if (this.fields.touched) messages.push(this.finish());
    }
    return messages;
  }

  private take(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'event') this.fields.event = value;
    else if (name === 'data') this.fields.data.push(value);
    else return;
    this.fields.touched = true;
  }

  private finish(): Message {
    const { event, data } = this.fields;
    this.fields = { event: '', data: [], touched: false };
    return { id: this.id, event: event || 'message', data: data.join('\n') };
  }
}
