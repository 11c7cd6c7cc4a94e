import type { ServerResponse } from 'node:http'
import { completion, event, startStandIn, write } from '../../playground/tests/endpoint-stand-in'

export interface EndlessEndpoint {
  /** The environment variables that make a playground use it. */
  readonly env: Record<string, string>
  /** Ends the answers that are being written, with this text. @default none */
  finish(end?: string): void
  close(): Promise<void>
}

/** What answers consist of, again and again: each kind of markdown that panes show. */
const passages = [
  'Line LINE of an answer with **bold** words.\n\n',
  '## Heading LINE\n\nWith *emphasis*, `code` and a [link](https://example.com/LINE).\n\n',
  '- an item\n- item LINE with `code`\n\n',
  '1. a step\n2. step LINE\n\n',
  '```ts\nconst line = LINE\n```\n\n',
  '> A quotation, of line LINE.\n\n',
  '| name | line |\n| --- | --- |\n| a | LINE |\n\n',
]

/** A model whose answers grow until the test ends them, however fast the machine is. */
export async function startEndlessEndpoint(): Promise<EndlessEndpoint> {
  let finished = 0
  let ending = ''
  const standIn = await startStandIn()
  standIn.answer = async (response: ServerResponse) => {
    const finishedBefore = finished
    for (let line = 1; finished === finishedBefore && !response.destroyed; line += 1) {
      const passage = passages[(line - 1) % passages.length] ?? ''
      // In pieces, so that panes show each kind when it is incomplete, too.
      for (const piece of passage.replaceAll('LINE', String(line)).match(/.{1,12}/gs) ?? []) {
        await write(response, completion(piece))
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    }
    if (ending && !response.destroyed) await write(response, completion(ending))
    response.end(completion(undefined, 'stop') + event('[DONE]'))
  }
  return {
    env: { OPENAI_BASE_URL: standIn.url, OPENAI_API_KEY: 'a-key', OPENAI_MODEL: 'a-model' },
    finish(end = '') {
      ending = end
      finished += 1
    },
    close: standIn.close,
  }
}
