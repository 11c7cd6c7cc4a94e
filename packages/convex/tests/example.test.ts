import { join } from 'node:path'
import { ConvexProvider } from 'convex/react'
import { type ComponentType, createElement, StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { findWriter } from './support/app/writers'
import { type Deployment, deploy } from './support/deployment'
import { openReactClient } from './support/hooks/clients'

/** Written there before the tests, as it stands in docs/convex.md. */
const folder = join(import.meta.dirname, '../../../tests/.output/running-examples-convex/react/docs-convex')
const patience = { timeout: 15_000, interval: 10 }

type ChatWindow = ComponentType<{ convexSiteUrl: string }>

let Chat: ChatWindow
let deployment: Deployment
let leave: (() => Promise<void>)[]

beforeAll(async () => {
  const page = await import(/* @vite-ignore */ join(folder, 'chat-window.tsx'))
  Chat = (page as { ChatWindow: ChatWindow }).ChatWindow
})

beforeEach(async () => {
  vi.stubGlobal('reportError', vi.fn())
  deployment = await deploy()
  leave = []
})

afterEach(async () => {
  expect(reportError).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
  for (const one of leave) await one()
  await deployment.close()
})

/** The chat in its own tab. */
function openTab() {
  const client = openReactClient(deployment.url)
  const target = document.body.appendChild(document.createElement('div'))
  const root: Root = createRoot(target)
  const chat = createElement(Chat, { convexSiteUrl: deployment.url })
  root.render(createElement(StrictMode, undefined, createElement(ConvexProvider, { client }, chat)))
  leave.push(async () => {
    root.unmount()
    target.remove()
    await client.close()
  })
  const find = <Type extends Element>(selector: string) => target.querySelector<Type>(selector) as Type
  return {
    find,
    shows: (...texts: string[]) =>
      vi.waitFor(
        () => expect([...target.querySelectorAll('article')].map((one) => one.textContent)).toEqual(texts),
        patience,
      ),
    async ask(prompt: string) {
      await vi.waitFor(() => expect(find('input')).toHaveProperty('disabled', false), patience)
      find<HTMLInputElement>('input').value = prompt
      find<HTMLButtonElement>('button').click()
      const isAsked = () => deployment.messages().then((all) => all.filter((one) => one.prompt === prompt))
      await vi.waitFor(async () => expect(await isAsked()).toHaveLength(1), patience)
      return findWriter((await isAsked())[0]?.responseStreamId ?? '')
    },
  }
}

it('is the component’s chat: asked in one tab, shown in all, written once', async () => {
  const [tab, other] = [openTab(), openTab()]
  const writer = await tab.ask('Why?')
  await tab.shows('Thinking…')
  await writer.write('Because ')
  await tab.shows('Because ')
  await writer.write('of that. ')
  await other.shows('Because of that. ')
  expect(tab.find<HTMLInputElement>('input').disabled).toBe(true)
  await writer.finish()
  await vi.waitFor(() => expect(tab.find<HTMLInputElement>('input').disabled).toBe(false), patience)
  await tab.shows('Because of that. ')
  const second = await tab.ask('And why that?')
  await second.write('Just so. ')
  await second.finish()
  for (const one of [tab, other]) await one.shows('Because of that. ', 'Just so. ')
  expect(deployment.drives).toHaveLength(2)
  expect([writer.runs, second.runs]).toEqual([1, 1])
})

it('shows that an answer broke off, and accepts another question', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const tab = openTab()
  const writer = await tab.ask('Why?')
  await writer.write('Because. And ')
  await writer.fail()
  await tab.shows('Because. And The answer broke off.')
  await vi.waitFor(() => expect(tab.find<HTMLInputElement>('input').disabled).toBe(false), patience)
})
