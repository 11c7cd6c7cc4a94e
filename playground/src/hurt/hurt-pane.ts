import type { PaneReader } from '../clients'
import type { Hurt } from '../timeline/timeline-entry'
import type { FaultyNetwork } from './faulty-network'

/** Hurts one pane's network, or lets it be, and notes it in the timeline before the consequences come. */
export function hurtPane({ network, timelines }: Pick<PaneReader, 'network' | 'timelines'>, hurt: Hurt): void {
  timelines.note(hurt)
  acts[hurt](network)
}

const acts: Record<Hurt, (network: FaultyNetwork) => void> = {
  cut: (network) => network.cut(),
  offline: (network) => network.setOffline(true),
  online: (network) => network.setOffline(false),
  slow: (network) => network.setSlow(true),
  fast: (network) => network.setSlow(false),
}
