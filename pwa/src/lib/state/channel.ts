/** What tabs of the app tell each other. Only opaque ids are ever said. */
export type Message = { kind: 'lock' } | { kind: 'rows'; slot: string; names: string[] } | { kind: 'work'; slot: string };

let channel: BroadcastChannel | null = null;

/** Starts listening to the other tabs. */
export function listen(hear: (message: Message) => void): void {
  channel?.close();
  channel = new BroadcastChannel('noddfa');
  channel.onmessage = (event: MessageEvent<Message>) => hear(event.data);
}

/** Tells the other tabs. */
export function tell(message: Message): void {
  channel?.postMessage(message);
}

/** Stops listening. */
export function hangUp(): void {
  channel?.close();
  channel = null;
}
