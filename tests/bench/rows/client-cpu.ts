import { alternate } from '../harness/alternate'
import { startProcess } from '../harness/start-process'
import type { ClientCpu } from '../processes/client-cpu'
import type { Row, RunContext } from '../row'

export const clientCpu: Row = {
  name: 'client-cpu',
  measures:
    'The CPU time in which a client reads 400 KB that come in 100,000 chunks; bare is a `fetch` reader, a `TextDecoder` and a concatenation into an atom of nanostores.',
  unit: 'ms',
  peers: ['bare'],
  comparisons: [
    { name: '`keepstream()`, driving', goal: { of: 'bare', atMost: 1.5 } },
    { name: '`keepstream()`, following', goal: { of: 'bare', atMost: 1.5 } },
    { name: '`fetchLive`, Server-Sent Events of another server', goal: { of: 'bare', atMost: 2 } },
  ],
  async run(context) {
    const { bare, drive, follow, foreign } = await readInTurns(context, {
      bare: 'bare',
      drive: 'drive',
      follow: 'follow',
      foreign: 'foreign-sse',
    })
    return {
      '`keepstream()`, driving': { Keepstream: drive, bare },
      '`keepstream()`, following': { Keepstream: follow, bare },
      '`fetchLive`, Server-Sent Events of another server': { Keepstream: foreign, bare },
    }
  },
}

/** Reads the same text with each subject in turns, each in a process of its own. */
export async function readInTurns<Name extends string>(
  { pick, defer, progress }: RunContext,
  subjects: Readonly<Record<Name, string>>,
): Promise<Record<Name, number[]>> {
  const runs = {} as Record<Name, () => Promise<number>>
  const env = { CHUNKS: String(pick(100_000, 2_000)) }
  for (const [name, subject] of Object.entries(subjects) as [Name, string][]) {
    progress(`records ${subject}`)
    const child = await startProcess<ClientCpu>('client-cpu', { ...env, SUBJECT: subject })
    defer(child.stop)
    runs[name] = () => child.call('run')
  }
  return alternate(runs, pick(7, 2), pick(2, 1))
}
