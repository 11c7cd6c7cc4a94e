import { type ReactNode, startTransition } from 'react'
import { flushSync } from 'react-dom'
import { createRoot, hydrateRoot, type RootOptions } from 'react-dom/client'
import { onTestFinished } from 'vitest'

/** Renders a page of its own, which goes when the test has finished. Returns what renders it anew, at once or `inTransition`. */
export function renderPage(page: ReactNode, container = document.createElement('div')) {
  document.body.append(container)
  const root = createRoot(container)
  const render = (page: ReactNode) => flushSync(() => root.render(page))
  leave(root, container)
  render(page)
  const inTransition = (page: ReactNode) => startTransition(() => root.render(page))
  return Object.assign(render, { inTransition, container })
}

/** A server's HTML, and the page that hydrates it. */
export function hydratePage(html: string, page: ReactNode, options?: RootOptions) {
  const container = document.createElement('div')
  container.innerHTML = html
  document.body.append(container)
  const element = container.querySelector('output')
  const root = flushSync(() => hydrateRoot(container, page, options))
  leave(root, container)
  return { container, element, render: (page: ReactNode) => flushSync(() => root.render(page)) }
}

function leave(root: { unmount(): void }, container: Element) {
  onTestFinished(() => {
    flushSync(() => root.unmount())
    container.remove()
  })
}
