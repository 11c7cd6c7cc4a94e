import type { TabsEnvironment } from './environment'
import { type Message, readMessage } from './message'

/**
 * Opens the channel of one stream until the signal aborts. Returns a function that posts to all other tabs.
 *
 * @throws the browser's error if the page may not use its storage
 */
export function openChannel(
  { BroadcastChannel }: TabsEnvironment,
  name: string,
  receive: (message: Message) => void,
  signal: AbortSignal,
): (message: Message) => void {
  const channel = new (BroadcastChannel as NonNullable<typeof BroadcastChannel>)(name)
  channel.addEventListener('message', ({ data }) => {
    const message = readMessage(data)
    // A message in flight may still arrive after the channel was closed.
    if (message && !signal.aborted) receive(message)
  })
  signal.addEventListener('abort', () => channel.close())
  return (message) => signal.aborted || channel.postMessage(message)
}
