import { builtinEnvironments, type Environment } from 'vitest/runtime'

/** Globals that happy-dom replaces. The tests need Node's, for real sockets, real aborts and real streams. */
const kept = [
  'fetch',
  'Request',
  'Response',
  'Headers',
  'AbortController',
  'AbortSignal',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'TextDecoder',
  'TextEncoder',
  'DOMException',
] as const

const environment: Environment = {
  name: 'happy-dom-with-node-fetch',
  viteEnvironment: 'client',
  async setup(global, options) {
    const node = Object.fromEntries(kept.map((name) => [name, global[name]]))
    const environment = await builtinEnvironments['happy-dom'].setup(global, options)
    for (const name of kept) {
      Object.defineProperty(global, name, { value: node[name], configurable: true, writable: true })
    }
    return environment
  },
}

export default environment
