import { createStreamClient, keepstream, type SourceError } from '@keepstream/core'

/** What was shown of an answer at one moment, and how the page was then. */
export interface Seen {
  readonly length: number
  readonly status: string
  readonly connection: string
  /** The code of the error that was shown, and where it leads if it is a redirect. */
  readonly error: string | undefined
  readonly isHidden: boolean
}

/** What a test reads from the page, and does in it. */
export interface LifePage {
  /** Everything that was shown of each answer, oldest first. */
  readonly seen: Record<string, Seen[]>
  /** Each time an answer was not what was shown before and more, and what listeners threw. */
  readonly problems: string[]
  /** What happened to the page, oldest first. */
  readonly events: string[]
  /** Animation frames that were painted. */
  readonly frames: { count: number }
  /** Resolves with the status that is shown then. */
  stop(id: string): Promise<string>
  retry(id: string): void
}

const query = new URLSearchParams(location.search)
const client = createStreamClient({
  ...keepstream({ url: '/streams' }),
  maxLive: Number(query.get('maxLive') ?? 4),
  // Soon enough for a test to see that nothing is tried again where nothing should be.
  retry: { minMs: 50, maxMs: 100 },
})
const life: LifePage = {
  seen: {},
  problems: [],
  events: [],
  frames: { count: 0 },
  async stop(id) {
    const stream = client.stream(id)
    await stream.stop()
    return stream.$state.get().status
  },
  retry: (id) => client.stream(id).retry(),
}
Object.assign(globalThis, { life })

for (const id of query.getAll('drive')) show(id, true)
for (const id of query.getAll('follow')) show(id, false)

addEventListener('error', ({ message }) => life.problems.push(message))
for (const name of ['online', 'offline']) addEventListener(name, () => life.events.push(name))
for (const name of ['pagehide', 'pageshow'] as const)
  addEventListener(name, ({ persisted }) => life.events.push(persisted ? `${name}, persisted` : name))
document.addEventListener('visibilitychange', () => life.events.push(document.visibilityState))
for (const name of ['freeze', 'resume']) document.addEventListener(name, () => life.events.push(name))
requestAnimationFrame(function count() {
  life.frames.count += 1
  requestAnimationFrame(count)
})

function show(id: string, driven: boolean) {
  const output = document.body.appendChild(document.createElement('output'))
  output.id = id
  const all: Seen[] = []
  life.seen[id] = all
  client.stream(id).subscribe(
    ({ text, status, connection, error, isReconciled }) => {
      if (!text.startsWith(output.textContent))
        life.problems.push(`${id}: ${output.textContent.length} characters changed`)
      if (isReconciled) life.problems.push(`${id}: reconciled`)
      output.textContent = text
      const told = error && [error.code, (error as SourceError).location].filter(Boolean).join(' ')
      all.push({ length: text.length, status, connection, error: told, isHidden: document.hidden })
    },
    { driven },
  )
}
