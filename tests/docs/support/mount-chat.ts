import type { ComponentType, ReactNode } from 'react'
import type { ParentComponent, Component as SolidComponent } from 'solid-js'
import type { Component as SvelteComponent } from 'svelte'
import type { App } from 'vue'
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
    const { Providers } = await load<{ Providers: ComponentType<{ children: ReactNode }> }>('react', 'providers.tsx')
    const [{ createElement, StrictMode }, { createRoot }] = [await import('react'), await import('react-dom/client')]
    const root = createRoot(target)
    root.render(createElement(StrictMode, undefined, createElement(Providers, { children: createElement(Chat) })))
    return () => root.unmount()
  },
  async vue(target) {
    target.id = 'app'
    const { app } = await load<{ app: App }>('vue', 'main.ts')
    return () => app.unmount()
  },
  async svelte(target) {
    const { default: App } = await load<{ default: SvelteComponent }>('svelte', 'App.svelte')
    const { mount, unmount } = await import('svelte')
    const app = mount(App, { target })
    return () => unmount(app)
  },
  async solid(target) {
    const { Chat } = await load<{ Chat: SolidComponent }>('solid', 'chat.tsx')
    const { Providers } = await load<{ Providers: ParentComponent }>('solid', 'providers.tsx')
    const [{ createComponent }, { render }] = [await import('solid-js'), await import('solid-js/web')]
    const page = {
      get children() {
        return createComponent(Chat, {})
      },
    }
    return render(() => createComponent(Providers, page), target)
  },
}

async function load<Module>(framework: Framework, file: string): Promise<Module> {
  return (await import(/* @vite-ignore */ `${examplesFolder}/${framework}/docs-${framework}/${file}`)) as Module
}
