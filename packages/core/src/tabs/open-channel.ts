import type { TabsEnvironment } from './environment'
import { type Message, readMessage } from './message'

/**
 * Opens the channel of one stream until the signal aborts, and returns what posts to all others.
 *
 * @throws what the browser throws where a page may not use its storage
 */
export function openChannel(
  { BroadcastChannel }: TabsEnvironment,
  name: string,
  hear: (message: Message) => void,
  signal: AbortSignal,
): (message: Message) => void {
  const channel = new (BroadcastChannel as NonNullable<typeof BroadcastChannel>)(name)
  channel.addEventListener('message', ({ data }) => {
    const message = readMessage(data)
    // Closing a channel does not take back what was already on its way.
    if (message && !signal.aborted) hear(message)
  })
  signal.addEventListener('abort', () => channel.close())
  return (message) => signal.aborted || channel.postMessage(message)
}
