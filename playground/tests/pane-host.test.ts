// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Framework } from '../src/panes/frameworks'
import { createPaneHost, type PaneHostState } from '../src/panes/pane-host'
import type { MountPane, PaneProps } from '../src/panes/pane-view'

/** Frameworks that are loaded when the test says so, and write their name and the conversation's into the page. */
function setUp() {
  const element = document.createElement('div')
  const states: PaneHostState[] = []
  const loads: { framework: Framework; arrive(): Promise<void>; fail(): Promise<void> }[] = []
  const alive = new Set<string>()
  let mounts = 0
  let isBroken = false

  const load = (framework: Framework) => {
    const mountPane: MountPane = (target, props) => {
      if (isBroken) throw new Error('cannot render')
      const name = `${framework} ${++mounts}`
      const write = ({ chatId }: PaneProps) => {
        target.innerHTML = `<div class="scroller">${name}: ${chatId}</div>`
      }
      alive.add(name)
      write(props)
      return { update: write, unmount: () => alive.delete(name) }
    }
    return new Promise<{ mountPane: MountPane }>((resolve, reject) => {
      const settle = (act: () => void) => {
        act()
        return new Promise<void>((done) => setTimeout(done))
      }
      loads.push({
        framework,
        arrive: () => settle(() => resolve({ mountPane })),
        fail: () => settle(() => reject(new Error('no such chunk'))),
      })
    })
  }
  const reload = vi.fn(async () => {})
  const host = createPaneHost(element, (state) => states.push(state), load, reload)
  const show = (framework: Framework, chatId = 'a') => host.show(framework, { chatId } as PaneProps)
  const breakMounting = () => {
    isBroken = true
  }
  return { element, host, show, states, loads, reload, breakMounting, alive: () => [...alive] }
}

afterEach(() => vi.restoreAllMocks())

describe('the place of a pane’s content', () => {
  it('shows the last props, also those that came while the framework was loading', async () => {
    const { element, show, states, loads } = setUp()
    show('react', 'a')
    show('react', 'b')
    expect([element.textContent, states, loads.length]).toEqual(['', ['loading'], 1])
    await loads[0]?.arrive()
    expect([element.textContent, states]).toEqual(['react 1: b', ['loading', 'shown']])
    show('react', 'c')
    expect([element.textContent, loads.length]).toEqual(['react 1: c', 1])
  })

  it('keeps one framework on the screen, up to date, until the next one stands in its place', async () => {
    const { element, show, loads, alive } = setUp()
    show('react')
    await loads[0]?.arrive()
    show('svelte', 'b')
    expect(element.textContent).toBe('react 1: b')
    await loads[1]?.arrive()
    expect([element.textContent, element.children.length, alive()]).toEqual(['svelte 2: b', 1, ['svelte 2']])
  })

  it('forgets a framework that arrives after another one was chosen', async () => {
    const { element, show, states, loads, alive } = setUp()
    show('react')
    await loads[0]?.arrive()
    show('svelte')
    show('react')
    await loads[1]?.arrive()
    expect([element.textContent, alive(), states.at(-1), loads.length]).toEqual(['react 1: a', ['react 1'], 'shown', 2])
  })

  it('keeps the shown view when the next one cannot be loaded, and loads again on request', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { element, host, show, states, loads, alive } = setUp()
    show('react')
    await loads[0]?.arrive()
    show('svelte')
    await loads[1]?.fail()
    expect([element.textContent, states.at(-1), report.mock.calls.length]).toEqual(['react 1: a', 'failed', 1])
    show('svelte', 'b')
    expect([element.textContent, loads.length]).toEqual(['react 1: b', 2])
    host.retry()
    await loads[2]?.arrive()
    expect([element.textContent, states.at(-1), alive()]).toEqual(['svelte 2: b', 'shown', ['svelte 2']])
  })

  it('reloads the page when loading fails again, since a browser may remember the first failure', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { host, show, loads, reload } = setUp()
    show('svelte')
    await loads[0]?.fail()
    expect(reload).not.toHaveBeenCalled()
    host.retry()
    await loads[1]?.fail()
    expect(reload).toHaveBeenCalledOnce()
  })

  it('keeps the shown view when the next one cannot render', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { element, show, states, loads, breakMounting } = setUp()
    show('react')
    await loads[0]?.arrive()
    breakMounting()
    show('svelte')
    await loads[1]?.arrive()
    expect([element.textContent, element.children.length, states.at(-1)]).toEqual(['react 1: a', 1, 'failed'])
  })

  it('is empty after it was closed, also if something arrives later', async () => {
    const { element, host, show, states, loads, alive } = setUp()
    show('react')
    await loads[0]?.arrive()
    show('svelte')
    host.close()
    host.close()
    await loads[1]?.arrive()
    expect([element.childNodes.length, alive(), states.at(-1)]).toEqual([0, [], 'loading'])
  })
})
