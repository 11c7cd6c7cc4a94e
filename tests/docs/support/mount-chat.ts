import type { ComponentType } from 'react'
import type { Component as SolidComponent } from 'solid-js'
import type { Component as SvelteComponent } from 'svelte'
import type { Component as VueComponent } from 'vue'
import type { Framework } from '../../gates/extract-examples.mjs'
import { examplesFolder } from './examples-folder'

type Unmount = () => unknown

/**
 * Mounts the `Chat` of a framework's page. Each function imports its framework, so that after `vi.resetModules()` the
 * page and its framework both start again, as after a reload.
 */
export const mountChat: Record<Framework, (target: HTMLElement) => Promise<Unmount>> = {
  async react(target) {
    const { Chat } = await load<{ Chat: ComponentType }>('react', 'chat.tsx')
    const [{ createElement, StrictMode }, { createRoot }] = [await import('react'), await import('react-dom/client')]
    const root = createRoot(target)
    root.render(createElement(StrictMode, undefined, createElement(Chat)))
    return () => root.unmount()
  },
  async vue(target) {
    const { default: Chat } = await load<{ default: VueComponent }>('vue', 'Chat.vue')
    const { createApp } = await import('vue')
    const app = createApp(Chat)
    app.mount(target)
    return () => app.unmount()
  },
  async svelte(target) {
    const { default: Chat } = await load<{ default: SvelteComponent }>('svelte', 'Chat.svelte')
    const { mount, unmount } = await import('svelte')
    const chat = mount(Chat, { target })
    return () => unmount(chat)
  },
  async solid(target) {
    const { Chat } = await load<{ Chat: SolidComponent }>('solid', 'chat.tsx')
    const [{ createComponent }, { render }] = [await import('solid-js'), await import('solid-js/web')]
    return render(() => createComponent(Chat, {}), target)
  },
}

async function load<Module>(framework: Framework, file: string): Promise<Module> {
  return (await import(/* @vite-ignore */ `${examplesFolder}/${framework}/docs-${framework}/${file}`)) as Module
}
