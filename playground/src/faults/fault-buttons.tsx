import { useSyncExternalStore } from 'react'
import type { PaneReader } from '../clients'
import { applyFault } from './apply-fault'
import { StopStream } from './stop-stream'

export interface FaultButtonsProps {
  /** The name of the pane. */
  readonly pane: string
  readonly reader: PaneReader
  /** The stream that the Stop button stops. A pane with its own Stop button leaves it out. */
  readonly stoppable?: string | undefined
}

/** Buttons that break one pane's network, to show that its text recovers. */
export function FaultButtons({ pane, reader, stoppable }: FaultButtonsProps) {
  const { isOffline, isSlow } = useSyncExternalStore(reader.network.state.subscribe, reader.network.state.get)
  return (
    <fieldset className="faults" aria-label={`${pane}: break things`}>
      <button
        type="button"
        title="Break open requests, as a restarting proxy does"
        onClick={() => applyFault(reader, 'cut')}
      >
        <Icon path="M2 8h4.2M9.8 8H14M7.2 5.2 6 3.4M8.8 10.8l1.2 1.8" /> Cut
      </button>
      <button
        type="button"
        title="Break open requests, and let nothing through"
        aria-pressed={isOffline}
        onClick={() => applyFault(reader, isOffline ? 'online' : 'offline')}
      >
        <Icon path="M2.5 6.4a8 8 0 0 1 11 0M5 9.2a4.4 4.4 0 0 1 6 0M8 12.2v.1M3 2.6l10 10.8" /> Offline
      </button>
      <button
        type="button"
        title="Delay responses, and split them into small chunks"
        aria-pressed={isSlow}
        onClick={() => applyFault(reader, isSlow ? 'fast' : 'slow')}
      >
        <Icon path="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3l2 1.6" /> Slow
      </button>
      <button type="button" title="Reload the page" onClick={() => location.reload()}>
        <Icon path="M13 8a5 5 0 1 1-1.6-3.7M13 2.4v2.9h-2.9" /> Reload
      </button>
      {stoppable !== undefined && <StopStream key={stoppable} client={reader.client} id={stoppable} />}
    </fieldset>
  )
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16">
      <path d={path} />
    </svg>
  )
}
