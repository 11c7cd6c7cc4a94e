import { StreamError } from '../errors'
import type { Backoff } from '../session/backoff'
import type { SnapshotSource, StreamSources } from '../types'
import type { TabsEnvironment } from './environment'
import { joinTabs } from './join-tabs'
import { toTail } from './to-tail'

export interface ShareTabsOptions {
  /**
   * Whose texts of which backend: only tabs that give the same name share. The user's id, say, and the backend's if there
   * are two. It is no secret and no permission: whoever may not read a text must not get to its stream.
   */
  readonly name: string
  /** Waits between looks that bring nothing new, for a snapshot source that is asked. @default { minMs: 250, maxMs: 5000 } */
  readonly poll?: Backoff | undefined
  /** @default globalThis */
  readonly environment?: TabsEnvironment | undefined
}

/**
 * Lets all tabs of this origin that follow a stream share one connection: `createStreamClient(shareTabs(sources, { name }))`.
 *
 * One tab reads, chosen by a Web Lock, and tells the others through a `BroadcastChannel`. When it closes, another one reads
 * on from its own offset at once; when it only falls silent, within 6 s. A tab that has missed something reads that itself,
 * so that for a moment there may be more connections. What is driven is read by its own tab, and `stop` is as before.
 * Failures are not shared: another tab may have a newer token.
 *
 * Where Web Locks or broadcast channels are missing, the same sources come back.
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
      stallMs: tail.stallMs,
      read: tail.read,
      open: (request, sink) => joinTabs(tail, { name, locks, environment }, request, sink),
    },
  }
}
