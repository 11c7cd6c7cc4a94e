import { ConvexClient, type ConvexClientOptions } from 'convex/browser'
import { ConvexReactClient } from 'convex/react'
import WebSocket from 'ws'

/** Node 20 has no `WebSocket`, and a test's client must not log. */
export const clientOptions: ConvexClientOptions = {
  webSocketConstructor: WebSocket as never,
  unsavedChangesWarning: false,
  logger: false,
}

export const openClient = (url: string) => new ConvexClient(url, clientOptions)
export const openReactClient = (url: string) => new ConvexReactClient(url, clientOptions)
