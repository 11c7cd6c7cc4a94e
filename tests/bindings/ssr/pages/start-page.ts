import { createStreamClient, keepstream } from '@keepstream/core'
import type { PageData, PageProps, ReplyName } from './page-types'

/** What a test does with a page from outside. */
export interface StartedPage {
  hydrate(): void
  /** Lets the late reply's code arrive. */
  arrive(): void
  /** Every text that a reply rendered, oldest first. */
  readonly rendered: Readonly<Record<ReplyName, string[]>>
}

/** Makes the page ready to be hydrated when the test says so. */
export function startPage(hydrate: (props: PageProps) => void): void {
  const { data, browserData } = JSON.parse(document.querySelector('#data')?.textContent ?? '')
  let arrive = () => {}
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const rendered: StartedPage['rendered'] = { early: [], late: [] }
  const props: PageProps = {
    ...(data as PageData),
    ...(browserData as PageData),
    client: createStreamClient(keepstream({ url: '/streams' })),
    arrival,
    note(name, { text }) {
      rendered[name].push(text)
      return text
    },
  }
  const started: StartedPage = { hydrate: () => hydrate(props), arrive, rendered }
  Object.assign(globalThis, { started })
}
