import type { StreamId } from '@convex-dev/persistent-text-streaming'
import { httpAction } from './_generated/server'
import { tellChange } from './changes'
import { streamingComponent } from './streaming'
import { findWriter } from './writers'

export const streamChat = httpAction(async (ctx, request) => {
  const { streamId } = (await request.json()) as { streamId: StreamId }
  const watched: typeof ctx = {
    ...ctx,
    async runMutation(...call) {
      const result = await ctx.runMutation(...call)
      tellChange()
      return result
    },
  }
  const response = await streamingComponent.stream(watched, request, streamId, async (_ctx, _request, _id, append) =>
    findWriter(streamId).run(append),
  )
  response.headers.set('access-control-allow-origin', '*')
  return response
})
