import { createStreamClient, keepstream, type StreamClient } from '@keepstream/react'
import { createFaultyNetwork, type FaultyNetwork } from './faults/faulty-network'
import { createTimelines, type Timelines } from './timeline/timelines'

/** The client and the network of a pane. */
export interface PaneReader {
  readonly client: StreamClient
  readonly network: FaultyNetwork
  readonly timelines: Timelines
}

/** Each pane has its own client and network, so that the follower really uses its own connection. */
export const driverReader = createPaneReader()
export const followerReader = createPaneReader()

function createPaneReader(): PaneReader {
  const network = createFaultyNetwork((url, init) => fetch(url, init))
  const timelines = createTimelines()
  const { environment } = network
  const sources = keepstream({ url: '/api/streams', fetch: network.fetch })
  return { client: createStreamClient({ ...sources, environment, onEvent: timelines.add }), network, timelines }
}
