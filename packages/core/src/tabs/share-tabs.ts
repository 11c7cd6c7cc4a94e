import type { Backoff } from '../backoff'
import { StreamError } from '../errors'
import type { SnapshotSource, StreamSources } from '../types'
import type { TabsEnvironment } from './environment'
import { joinTabs } from './join-tabs'
import { toTail } from './to-tail'

export interface ShareTabsOptions {
  /**
   * Only tabs with the same name share. Use the user's id, and add the backend's name if there are two. The name is no secret
   * and no permission: a user who may not read a text must not get to its stream.
   */
  readonly name: string
  /** With a polled source: the waits between polls that bring nothing new. @default { minMs: 250, maxMs: 5000 } */
  readonly poll?: Backoff | undefined
  /** @default globalThis */
  readonly environment?: TabsEnvironment | undefined
}

/**
 * Lets all tabs of this origin that follow a stream share one connection: `createStreamClient(shareTabs(sources, { name }))`.
 *
 * A Web Lock chooses the tab that reads. It sends the text to the others through a `BroadcastChannel`. When it closes, another
 * tab reads on from its own offset at once. When it falls silent, another tab takes over within 6 s. A tab that has missed
 * text reads that itself, so for a moment there may be more connections. A driving tab reads its own response, and `stop`
 * does not change. Failures are not shared, because another tab may have a newer token.
 *
 * If Web Locks or broadcast channels are missing, it returns the same sources.
 *
 * @throws {StreamError} `invalid-option`
 */
export function shareTabs<Sources extends StreamSources>(
  sources: Sources,
  { name, poll = { minMs: 250, maxMs: 5000 }, environment = globalThis }: ShareTabsOptions,
): Omit<Sources, 'snapshot'> & { readonly snapshot: SnapshotSource } {
  if (typeof name !== 'string' || !name)
    throw new StreamError('invalid-option', "shareTabs needs `name`, such as the user's id")
  if (!(poll.minMs > 0 && poll.maxMs > 0))
    throw new StreamError('invalid-option', '`poll` needs 0 < `minMs` <= `maxMs`')
  const locks = environment.navigator?.locks
  if (!locks || !environment.BroadcastChannel) return sources
  const tail = toTail(sources.snapshot, poll, environment)
  return {
    ...sources,
    snapshot: {
      url: tail.url,
      stallMs: tail.stallMs,
      read: tail.read,
      open: (request, sink) => joinTabs(tail, { name, locks, environment }, request, sink),
    },
  }
}
