import { createStreamClient, type StreamClient } from '@keepstream/core'
import type { ComponentType } from 'react'
import type { Component as SolidComponent } from 'solid-js'
import type { Component as SvelteComponent } from 'svelte'
import type { Component as VueComponent } from 'vue'
import type { Framework } from '../../gates/extract-examples.mjs'
import { growingText } from '../../markdown/pages/views'
import { examplesFolder } from './examples-folder'

/** The components of docs/markdown.md that show a stream. */
export type AnswerName = 'MarkdownAnswer' | 'PlainAnswer'

type Mount = (name: AnswerName, target: HTMLElement, client: StreamClient) => Promise<() => unknown>

const mounts: Record<Framework, Mount> = {
  async react(name, target, client) {
    const { [name]: Answer } = await loadExample<Record<AnswerName, ComponentType<{ id: string }>>>(
      'react',
      fileOf(name, '.tsx'),
    )
    const [{ createElement }, { createRoot }] = [await import('react'), await import('react-dom/client')]
    const { StreamProvider } = await import('@keepstream/react')
    const root = createRoot(target)
    root.render(createElement(StreamProvider, { client, children: createElement(Answer, { id: 'a' }) }))
    return () => root.unmount()
  },
  async vue(name, target, client) {
    const { default: Answer } = await loadExample<{ default: VueComponent }>('vue', `${name}.vue`)
    const [{ createApp }, { StreamPlugin }] = [await import('vue'), await import('@keepstream/vue')]
    const app = createApp(Answer, { id: 'a' }).use(StreamPlugin, { client })
    app.mount(target)
    return () => app.unmount()
  },
  async svelte(name, target, client) {
    const { default: Answer } = await loadExample<{ default: SvelteComponent<{ id: string }> }>(
      'svelte',
      `${name}.svelte`,
    )
    const { default: Provided } = await import('../../markdown/pages/svelte/provided.svelte')
    const { mount, unmount } = await import('svelte')
    const app = mount(Provided, { target, props: { client, View: Answer } })
    return () => unmount(app)
  },
  async solid(name, target, client) {
    const { [name]: Answer } = await loadExample<Record<AnswerName, SolidComponent<{ id: string }>>>(
      'solid',
      fileOf(name, '.solid.tsx'),
    )
    const [{ createComponent }, { render }] = [await import('solid-js'), await import('solid-js/web')]
    const { StreamProvider } = await import('@keepstream/solid')
    const page = {
      client,
      get children() {
        return createComponent(Answer, { id: 'a' })
      },
    }
    return render(() => createComponent(StreamProvider, page), target)
  },
}

export interface MountedAnswer {
  readonly target: HTMLElement
  push(delta: string): void
  leave(): unknown
}

/** Mounts a component of docs/markdown.md that shows a text, which then grows. */
export async function mountAnswer(framework: Framework, name: AnswerName, text: string): Promise<MountedAnswer> {
  const target = document.createElement('div')
  document.body.replaceChildren(target)
  const { snapshot, push } = growingText(text)
  const leave = await mounts[framework](name, target, createStreamClient({ snapshot }))
  return { target, push, leave }
}

const fileOf = (name: AnswerName, ending: string) => name.replace('Answer', `-answer${ending}`).toLowerCase()

/** An example of docs/markdown.md. */
export async function loadExample<Module>(framework: Framework, file: string): Promise<Module> {
  return (await import(/* @vite-ignore */ `${examplesFolder}/${framework}/docs-markdown/${file}`)) as Module
}
