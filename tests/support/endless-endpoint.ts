import type { ServerResponse } from 'node:http'
import { completion, event, startStandIn, write } from '../../playground/tests/endpoint-stand-in'

export interface EndlessEndpoint {
  /** The environment variables that make a playground use it. */
  readonly env: Record<string, string>
  /** Ends the answers that are being written, and all later ones. */
  finish(): void
  close(): Promise<void>
}

/** A model whose answers grow until the test ends them, however fast the machine is. */
export async function startEndlessEndpoint(): Promise<EndlessEndpoint> {
  let isFinished = false
  const standIn = await startStandIn()
  standIn.answer = async (response: ServerResponse) => {
    for (let line = 1; !isFinished && !response.destroyed; line += 1) {
      await write(response, completion(`Line ${line} of an answer with **bold** words.\n\n`))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    response.end(completion(undefined, 'stop') + event('[DONE]'))
  }
  return {
    env: { OPENAI_BASE_URL: standIn.url, OPENAI_API_KEY: 'a-key', OPENAI_MODEL: 'a-model' },
    finish() {
      isFinished = true
    },
    close: standIn.close,
  }
}
