import { type AppStateLike, type NetInfoLike, reactNativeEnvironment } from '@keepstream/core/react-native'
import { describe, expect, it, vi } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

/** A phone with its events. NetInfo sends each listener the current state first. */
function fakePhone() {
  const appListeners = new Set<(state: string) => void>()
  const netListeners = new Set<(state: { isConnected: boolean | null }) => void>()
  let isConnected: boolean | null = true
  const AppState = {
    currentState: 'active',
    addEventListener(_: 'change', listener: (state: string) => void) {
      appListeners.add(listener)
      return { remove: () => appListeners.delete(listener) }
    },
  } satisfies AppStateLike
  const NetInfo: NetInfoLike = {
    addEventListener(listener) {
      netListeners.add(listener)
      listener({ isConnected })
      return () => netListeners.delete(listener)
    },
  }
  return {
    environment: reactNativeEnvironment({ AppState, NetInfo }),
    become(state: string) {
      AppState.currentState = state
      for (const listener of [...appListeners]) listener(state)
    },
    connect(next: boolean | null) {
      isConnected = next
      for (const listener of [...netListeners]) listener({ isConnected })
    },
    get listeners() {
      return appListeners.size + netListeners.size
    },
  }
}

async function driven() {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 16))
  const phone = fakePhone()
  const made = setup({ environment: phone.environment, canRepeat: true })
  const stream = made.client.stream('a')
  stream.attach({ start: true })
  await settle()
  made.live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
  return { ...made, stream, phone }
}

describe('an app in React Native', () => {
  it('reads on at once when it comes back from the background, and drives nothing twice', async () => {
    const { phone, live, tail, stream } = await driven()
    phone.become('background')
    await settle()
    expect(live.last.request.signal.aborted).toBe(false)
    phone.become('active')
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(live.last.request.signal.aborted).toBe(true)
    expect(tail.last.request.offset).toBe(5)
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
    expect(phone.listeners).toBe(0)
  })

  it('keeps its connection through a dialog of the system', async () => {
    const { phone, live } = await driven()
    phone.become('inactive')
    phone.become('active')
    await settle()
    expect(live.last.request.signal.aborted).toBe(false)
  })

  it('says that it is offline, tries on all the same, and goes on at once when it is online', async () => {
    const { phone, live, tail, stream } = await driven()
    phone.connect(false)
    // After progress it reads on at once, whatever the phone says of the network.
    live.last.fail(new TypeError('Network request failed'))
    await settle()
    expect(tail.opened).toHaveLength(1)
    tail.last.fail(new TypeError('Network request failed'))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', connection: 'offline' })
    await pass(200)
    expect(tail.opened).toHaveLength(2)
    tail.last.fail(new TypeError('Network request failed'))
    await settle()
    phone.connect(null)
    await settle()
    expect(tail.opened).toHaveLength(2)
    phone.connect(true)
    await settle()
    expect(tail.opened).toHaveLength(3)
  })

  it('does not react when the network is reported online once more', async () => {
    const { phone, live, tail } = await driven()
    live.last.fail(new TypeError('Network request failed'))
    await settle()
    tail.last.fail(new TypeError('Network request failed'))
    await settle()
    phone.connect(true)
    await settle()
    expect(tail.opened).toHaveLength(1)
    await pass(200)
    expect(tail.opened).toHaveLength(2)
  })

  it('does without NetInfo', async () => {
    const AppState: AppStateLike = { currentState: 'active', addEventListener: () => ({ remove() {} }) }
    const { client, tail } = setup({ environment: reactNativeEnvironment({ AppState }) })
    client.stream('a').attach()
    await settle()
    tail.last.fail(new TypeError('Network request failed'))
    await pass(200)
    expect(tail.opened).toHaveLength(2)
  })

  it('calls no listener that was removed', async () => {
    const { environment, connect, become } = fakePhone()
    const received: string[] = []
    const aborted = AbortSignal.abort()
    environment.addEventListener?.('offline', () => received.push('offline'), { signal: aborted })
    environment.document?.addEventListener('resume', () => received.push('resume'), { signal: aborted })
    connect(false)
    become('background')
    become('active')
    expect(received).toEqual([])
  })
})
