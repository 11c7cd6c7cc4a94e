import { createStreamClient, keepstream } from '@keepstream/react'

/** Each pane reads with a client of its own, so that the follower really follows by its own connection. */
export const driverClient = createStreamClient(keepstream({ url: '/api/streams' }))
export const followerClient = createStreamClient(keepstream({ url: '/api/streams' }))
