import { type ChannelChunk, type ChannelKind, channelOf, type UiChunk } from './chunk'

/** A part of the answer that text can be added to. */
export interface Channel {
  readonly number: number
  readonly kind: ChannelKind
  readonly id: unknown
  /** No mark opened it: it is prose between marks, and ends before the next chunk or change of channel. */
  readonly isImplicit?: boolean
}

/** Which channels are open, and which one the text belongs to. */
export interface Channels {
  /** The newest first. */
  readonly open: readonly Channel[]
  /** How many were ever opened. It is the number of the next one. */
  readonly count: number
  readonly current: Channel | undefined
}

export const noChannels: Channels = { open: [], count: 0, current: undefined }

export function findChannel({ open }: Channels, { kind, id }: Pick<ChannelChunk, 'kind' | 'id'>): Channel | undefined {
  return open.find((channel) => channel.kind === kind && channel.id === id)
}

export function openChannel({ open, count }: Channels, channel: Omit<Channel, 'number'>): Channels {
  const current = { ...channel, number: count }
  return { open: [current, ...open], count: count + 1, current }
}

function closeChannel(channels: Channels, closed: Channel | undefined): Channels {
  if (!closed) return channels
  const { open, count, current } = channels
  return {
    open: open.filter((channel) => channel !== closed),
    count,
    current: current === closed ? undefined : current,
  }
}

/** The channels after a mark that is a chunk. */
export function afterChunk(channels: Channels, chunk: UiChunk): Channels {
  const about = channelOf(chunk)
  const after = closeChannel(channels, implicitOf(channels))
  if (!about || about.act === 'delta') return after
  const { kind, act, id } = about
  return act === 'start' ? openChannel(after, { kind, id }) : closeChannel(after, findChannel(after, about))
}

/** The channels after a mark that is a number. They are the same if no such channel is open. */
export function afterNumber(channels: Channels, number: number): Channels {
  const current = channels.open.find((channel) => channel.number === number)
  if (!current || current === channels.current) return channels
  return { ...closeChannel(channels, implicitOf(channels)), current }
}

/** The open channel that no mark opened. It is always the current one. */
export function implicitOf({ current }: Channels): Channel | undefined {
  return current?.isImplicit ? current : undefined
}
