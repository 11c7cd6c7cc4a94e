import { defineSchema, defineTable } from 'convex/server'
import { v } from 'convex/values'

export default defineSchema({
  userMessages: defineTable({ prompt: v.string(), responseStreamId: v.string() }),
})
