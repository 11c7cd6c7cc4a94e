import { createStreamClient, keepstream } from '@keepstream/core'
import { checkValue } from './letters'
import type { PageData, PageProps, ReplyName, ShownReply } from './page-types'

/** What a test can do with a page from outside. */
export interface StartedPage {
  hydrate(): void
  /** Lets the late reply's code arrive. */
  arrive(): void
  /** Reads the stream outside of any component, until it has this text. */
  readElsewhere(text: string): Promise<void>
  /** What each render of a reply showed, oldest first. */
  readonly rendered: Readonly<Record<ReplyName, ShownReply[]>>
}

/** Prepares the page, so that a test can start its hydration. */
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
    note(name, { text, status, connection, value }) {
      checkValue({ text, status, connection, value })
      rendered[name].push({ text, status, connection })
      return text
    },
  }
  const started: StartedPage = {
    hydrate() {
      try {
        hydrate(props)
      } catch (error) {
        reportError(error)
      }
    },
    arrive,
    async readElsewhere(text) {
      const { $state, subscribe } = props.client.stream(props.id)
      subscribe(() => {})
      await new Promise<void>((resolve) => $state.subscribe((state) => state.text === text && resolve()))
    },
    rendered,
  }
  Object.assign(globalThis, { started })
}
