import { createStreamClient, type StreamClient } from '@keepstream/core'
import { growingText, type MarkdownPage, type ViewName } from './views'

declare global {
  var markdownPage: MarkdownPage | undefined
}

/** Offers a page to the benchmark. `mount` shows a view of the stream `a` of a client, and returns how to take it away. */
export function startPage(mount: (view: ViewName, target: HTMLElement, client: StreamClient) => () => unknown) {
  const target = document.body.appendChild(document.createElement('main'))
  let leave: () => unknown = () => undefined
  let push: (delta: string) => void = () => undefined
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const scrollToEnd = () => document.scrollingElement?.scrollTo(0, Number.MAX_SAFE_INTEGER)
  const shown = () => target.textContent?.length ?? 0

  globalThis.markdownPage = {
    async open(view, text) {
      leave()
      target.replaceChildren()
      const growing = growingText(text)
      push = growing.push
      leave = mount(view, target, createStreamClient({ snapshot: growing.snapshot }))
      // Markdown loses some of its characters.
      while (shown() < text.length / 2) await nextFrame()
      for (let frame = 0; frame < 10; frame += 1) {
        await nextFrame()
        scrollToEnd()
      }
    },
    async grow(deltas) {
      for (const delta of deltas) {
        push(delta)
        await nextFrame()
        scrollToEnd()
      }
    },
    shown,
  }
}
