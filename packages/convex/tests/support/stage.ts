import type { StreamBody } from '@convex-dev/persistent-text-streaming'
import { expect, onTestFinished, vi } from 'vitest'
import { type Deployment, deploy } from './deployment'
import type { Hook, HookProps } from './hooks/hook'

/** One tab with one component that shows a stream. */
export interface Tab {
  /** The results of all renders, in order. */
  readonly bodies: readonly StreamBody[]
  readonly last: StreamBody
  /** The hook's error in a render. */
  readonly crash: unknown
  apply(change: Partial<HookProps>): void
  leave(): Promise<void>
  /** Waits until this is shown. */
  shows(body: Partial<StreamBody>): Promise<void>
}

export interface Stage extends Deployment {
  open(hook: Hook, props: Partial<HookProps> & Pick<HookProps, 'streamId'>): Tab
}

/** A deployment and its tabs, for one test. */
export async function createStage(): Promise<Stage> {
  const deployment = await deploy()
  const unsubscribes: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const unsubscribe of unsubscribes) await unsubscribe()
    await deployment.close()
  })

  function open(hook: Hook, given: Partial<HookProps>): Tab {
    const container = document.body.appendChild(document.createElement('div'))
    const bodies: StreamBody[] = []
    let crash: unknown
    let props = {
      streamUrl: new URL(deployment.streamUrl),
      driven: false,
      streamId: undefined,
      ...given,
      onRender: (body: StreamBody) => void bodies.push(body),
      onCrash(error: unknown) {
        crash = error
      },
    }
    const mounted = hook.mount(container, deployment.url, props)
    let leaving: Promise<void> | undefined
    const tab: Tab = {
      bodies,
      get last() {
        return bodies.at(-1) as StreamBody
      },
      get crash() {
        return crash
      },
      apply(change) {
        props = { ...props, ...change }
        mounted.apply(props)
      },
      leave: () => (leaving ??= mounted.unmount().then(() => container.remove())),
      shows: (body) => vi.waitFor(() => expect(tab.last).toMatchObject(body), { timeout: 45_000, interval: 10 }),
    }
    unsubscribes.push(tab.leave)
    return tab
  }

  return Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(deployment)), { open }) as Stage
}

/** P2 and P13: each text that was shown begins with the one before it, and a terminal status stays. */
export function expectGrowing({ bodies }: Tab) {
  expect(hasShrunk(bodies), JSON.stringify(bodies)).toBe(false)
  expect(hasFallen(bodies), JSON.stringify(bodies)).toBe(false)
}

/** A terminal status was taken back. */
export function hasFallen(bodies: readonly StreamBody[]): boolean {
  const isOver = ({ status }: StreamBody) => !/^(pending|streaming)$/.test(status)
  return bodies.some(({ status }, at) =>
    bodies.slice(0, at).some((before) => isOver(before) && before.status !== status),
  )
}

export function hasShrunk(bodies: readonly StreamBody[]): boolean {
  return bodies.some(({ text }, at) => !text.startsWith(bodies[at - 1]?.text ?? ''))
}
