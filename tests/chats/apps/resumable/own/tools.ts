import { tool } from 'ai'
import { z } from 'zod'
import { hold } from './holds'

/** `search` takes its time. `pay` needs an approval. */
export const tools = {
  search: tool({
    inputSchema: z.object({ query: z.string() }),
    async execute({ query }, { abortSignal }) {
      await hold(query.split(' ')[0] ?? '', abortSignal)
      return [`first about ${query}`, 'second']
    },
  }),
  pay: tool({
    inputSchema: z.object({ query: z.string() }),
    needsApproval: true,
    execute: async () => 'paid',
  }),
}
