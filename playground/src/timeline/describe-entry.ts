import type { Entry, Fault } from './timeline-entry'

/** Describes an entry for people. */
export function describeEntry(entry: Entry): string {
  switch (entry.kind) {
    case 'chunks': {
      const { source, count, repeated } = entry
      const already = repeated > 0 ? `, ${number(repeated)} of their characters shown already` : ''
      return `${source} ${range(entry)}, ${number(count)} ${count === 1 ? 'chunk' : 'chunks'}${already}`
    }
    case 'duplicate':
      return `duplicate dropped ${range(entry)}${times(entry.count)}`
    case 'stale':
      return `older epoch ignored ${range(entry)}${times(entry.count)}`
    case 'gap':
      return `gap before ${number(entry.from)}, ${entry.source} source closed${times(entry.count)}`
    case 'reconciled':
      return `reconciled with the store from ${number(entry.from)}${times(entry.count)}`
    case 'driving':
      return `driving${times(entry.count)}`
    case 'following':
      return `following from ${number(entry.offset)}${times(entry.count)}`
    case 'waiting':
      return `cut, waiting: ${entry.cause ?? 'to drive again'}${times(entry.count)}`
    case 'failed':
      return `failed: ${entry.cause ?? 'unknown'}`
    case 'finished':
      return `finished: ${entry.status}, ${number(entry.offset)} characters`
    case 'idle':
      return `no reader${times(entry.count)}`
    case 'fault':
      return faultTexts[entry.fault]
  }
}

const faultTexts: Record<Fault, string> = {
  cut: 'you cut the connection',
  offline: 'you went offline',
  online: 'you came back online',
  slow: 'you slowed the network down',
  fast: 'you made the network fast again',
}

const format = new Intl.NumberFormat('en')

function number(value: number): string {
  return format.format(value)
}

function range({ from, to }: { readonly from: number; readonly to: number }): string {
  return `${number(from)}–${number(to)}`
}

function times(count: number): string {
  return count > 1 ? `, ${number(count)} times` : ''
}
