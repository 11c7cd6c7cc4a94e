import { createStreamClient, keepstream, type SourceError } from '@keepstream/core'

/** What the page showed of an answer at one moment, and whether the page was hidden. */
export interface Seen {
  readonly length: number
  readonly status: string
  readonly connection: string
  /** The code of the shown error, and the target of a redirect. */
  readonly error: string | undefined
  readonly isHidden: boolean
}

/** What a test can read from the page and do in it. */
export interface LifePage {
  /** Everything that the page showed of each answer, oldest first. */
  readonly seen: Record<string, Seen[]>
  /** Each change of an answer that did not only append text, and each error that a listener threw. */
  readonly problems: string[]
  /** The lifecycle events of the page, oldest first. */
  readonly events: string[]
  /** The number of painted animation frames. */
  readonly frames: { count: number }
  /** Resolves with the status shown afterwards. */
  stop(id: string): Promise<string>
  retry(id: string): void
}

const query = new URLSearchParams(location.search)
const client = createStreamClient({
  ...keepstream({ url: '/streams' }),
  maxLive: query.has('maxLive') ? Number(query.get('maxLive')) : undefined,
  // Short, so that a test can see that nothing is retried where nothing should be.
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
    ({ text, status, connection, error, retrying, isReconciled }) => {
      if (!text.startsWith(output.textContent))
        life.problems.push(`${id}: ${output.textContent.length} characters changed`)
      if (isReconciled) life.problems.push(`${id}: reconciled`)
      output.textContent = text
      const cause = error ?? retrying?.error
      const shownError = cause && [cause.code, (cause as SourceError).location].filter(Boolean).join(' ')
      all.push({ length: text.length, status, connection, error: shownError, isHidden: document.hidden })
    },
    { start: driven },
  )
}
