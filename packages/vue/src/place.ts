import { reportClient, type StreamClient } from '@keepstream/core'
import {
  type ComponentInternalInstance,
  customRef,
  type EffectScope,
  effectScope,
  getCurrentInstance,
  getCurrentScope,
  getCurrentWatcher,
  isRef,
  onBeforeUpdate,
  onWatcherCleanup,
  type Ref,
  readonly,
  warn,
} from 'vue'
import { createPhase, type Phase } from './phase'
import { findClient, useStreamClient } from './stream-client'

/** The place where `useStream` is called. It decides how long the stream is read. */
interface Place {
  readonly client: StreamClient
  readonly phase: Readonly<Ref<Phase>>
  /** Creates the refs for an id, or finds them if the same place runs again. `latest` has what the last run passed. */
  keep<Value, Result extends object>(
    id: string | undefined,
    value: Value,
    make: (latest: Latest<Value>) => Result,
  ): Result
}

interface Latest<Value> {
  value: Value
}

interface Kept {
  readonly client: StreamClient
  readonly latest: Latest<unknown>
  readonly result: object
  readonly scope: EffectScope
  isUsed: boolean
}

/** A render function or a watcher. It runs again and again, also when the text that it shows changes. */
interface Runner {
  /** The client that was provided where it ran first. Later runs of a watcher cannot inject it. */
  readonly provided: StreamClient | undefined
  readonly phase: Readonly<Ref<Phase>>
  readonly results: Map<string | undefined, Kept>
}

// Both fields are internal to Vue. In a version without `effects`, a watcher's first run belongs to the scope around it.
type Instance = ComponentInternalInstance & { readonly scope: EffectScope }
type Scope = EffectScope & { readonly effects?: readonly unknown[] }

const runners = new WeakMap<object, Runner>()
const reported = new WeakSet<StreamClient>()

/**
 * Finds the current scope, or the watcher or render function that runs now. Reading ends when that ends.
 *
 * @param given The client to use instead of the provided one.
 * @throws {StreamError} `invalid-option` without a client
 */
export function findPlace(given: StreamClient | undefined): Place {
  const instance = getCurrentInstance() as Instance | null
  const scope = getCurrentScope() as Scope | undefined
  const watcher = getCurrentWatcher()
  const isShared = !instance || (!!scope && scope !== instance.scope)

  // The first run of a watcher is in the scope that created it. Any other scope was entered on purpose, as by a store.
  const runs = scope ? scope.effects?.includes(watcher) && watcher : (instance ?? watcher)
  if (!runs) {
    const client = useStreamClient(given)
    if (!scope) reportNoScope(client)
    const phase = createPhase({ instance, isShared, isRender: false })
    return { client, phase, keep: (_, value, make) => make({ value }) }
  }

  const isRender = runs === instance
  const known = runners.get(runs)
  const provided = known ? known.provided : findClient()
  const client = useStreamClient(given ?? provided)
  const runner = known ?? { provided, phase: createPhase({ instance, isShared, isRender }), results: new Map() }
  runners.set(runs, runner)
  if (!isRender) onWatcherCleanup(() => leaveUnused(runner))
  else if (!known) onBeforeUpdate(() => leaveUnused(runner), instance)

  return {
    client,
    phase: runner.phase,
    keep<Value, Result extends object>(id: string | undefined, value: Value, make: (latest: Latest<Value>) => Result) {
      const found = runner.results.get(id)
      if (found) {
        found.isUsed = true
        found.latest.value = value
        reportClient(found.client, client)
        return found.result as Result
      }
      // A component stops its own scopes. The scopes created in a watcher are stopped by its cleanup.
      const scope = (isRender ? instance.scope.run(() => effectScope()) : effectScope(true)) as EffectScope
      const latest = { value }
      const result = withReport(scope.run(() => make(latest)) as Result, () => {
        if (runs === (isRender ? getCurrentInstance() : getCurrentWatcher())) kept.isUsed = true
      })
      const kept: Kept = { client, latest, result, scope, isUsed: true }
      runner.results.set(id, kept)
      return result
    },
  }
}

/** Wraps the refs to report reads: a run may get its result from a `computed`, without calling `useStream` again. */
function withReport<Result extends object>(result: Result, onRead: () => void): Result {
  const report = (value: unknown) => {
    if (!isRef(value)) return value
    const get = () => {
      onRead()
      return value.value
    }
    return readonly(customRef(() => ({ get, set() {} })))
  }
  return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, report(value)])) as Result
}

/** Runs between two runs, or at the end. Stops the streams that the next run does not use, after that run. */
function leaveUnused({ results }: Runner): void {
  for (const kept of results.values()) kept.isUsed = false
  queueMicrotask(() => {
    for (const [id, { scope, isUsed }] of results) {
      if (isUsed) continue
      results.delete(id)
      scope.stop()
    }
  })
}

function reportNoScope(client: StreamClient): void {
  if (typeof window === 'undefined' || reported.has(client)) return
  reported.add(client)
  warn(
    '@keepstream/vue: useStream was called outside of any effect scope, so nothing can stop reading. Call it in ' +
      'setup (before an await), in a watcher, or in effectScope().run(…).',
  )
}
