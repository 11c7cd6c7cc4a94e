import type { StreamId } from '@convex-dev/persistent-text-streaming'
import { v } from 'convex/values'
import { mutation, query } from './_generated/server'
import { streamingComponent } from './streaming'

export const listMessages = query({
  args: {},
  handler: (ctx) => ctx.db.query('userMessages').collect(),
})

export const sendMessage = mutation({
  args: { prompt: v.string() },
  handler: async (ctx, { prompt }) => {
    const responseStreamId = await streamingComponent.createStream(ctx)
    return await ctx.db.insert('userMessages', { prompt, responseStreamId })
  },
})

export const clearMessages = mutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id, responseStreamId } of await ctx.db.query('userMessages').collect()) {
      await streamingComponent.deleteStream(ctx, responseStreamId as StreamId)
      await ctx.db.delete(_id)
    }
  },
})
