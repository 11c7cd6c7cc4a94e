import { createStreamClient, keepstream, type StreamClient } from '@keepstream/react'
import { createFaultyNetwork, type FaultyNetwork } from './hurt/faulty-network'
import { createTimelines, type Timelines } from './timeline/timelines'

/** What a pane reads with. */
export interface PaneReader {
  readonly client: StreamClient
  readonly network: FaultyNetwork
  readonly timelines: Timelines
}

/** Each pane reads with a client and a network of its own, so that the follower really follows by its own connection. */
export const driverReader = createPaneReader()
export const followerReader = createPaneReader()

function createPaneReader(): PaneReader {
  const network = createFaultyNetwork((url, init) => fetch(url, init))
  const timelines = createTimelines()
  const { environment } = network
  const sources = keepstream({ url: '/api/streams', fetch: network.fetch })
  return { client: createStreamClient({ ...sources, environment, onEvent: timelines.add }), network, timelines }
}
