import type { PaneReader } from '../clients'
import type { Fault } from '../timeline/timeline-entry'
import type { FaultyNetwork } from './faulty-network'

/** Breaks or restores one pane's network. The timeline notes it first, before its consequences. */
export function applyFault({ network, timelines }: Pick<PaneReader, 'network' | 'timelines'>, fault: Fault): void {
  timelines.note(fault)
  acts[fault](network)
}

const acts: Record<Fault, (network: FaultyNetwork) => void> = {
  cut: (network) => network.cut(),
  offline: (network) => network.setOffline(true),
  online: (network) => network.setOffline(false),
  slow: (network) => network.setSlow(true),
  fast: (network) => network.setSlow(false),
}
