import type { AiSdkServer } from '../processes/ai-sdk-server'
import type { BareServer } from '../processes/bare-server'
import type { DurableStreamsServer } from '../processes/durable-streams-server'
import type { KeepstreamServer } from '../processes/keepstream-server'
import type { RunContext } from '../row'
import type { Calls } from './calls'
import { type StartedProcess, startProcess } from './start-process'

export type Started<Offered extends Calls> = StartedProcess<Offered> & { readonly port: number }

/** A Keepstream server in a process of its own, on the store at an address. `env`: see `keepstream-server`. */
export function startKeepstream(
  context: RunContext,
  store = 'memory',
  env: Record<string, string> = {},
): Promise<Started<KeepstreamServer>> {
  return start<KeepstreamServer>(context, 'keepstream-server', { STORE: store, ...env })
}

export function startBare(context: RunContext): Promise<Started<BareServer>> {
  return start<BareServer>(context, 'bare-server')
}

export function startDurableStreams(context: RunContext): Promise<Started<DurableStreamsServer>> {
  return start<DurableStreamsServer>(context, 'durable-streams-server')
}

/** @param redisUrl without it, answers cannot be resumed */
export function startAiSdk(context: RunContext, redisUrl?: string): Promise<Started<AiSdkServer>> {
  return start<AiSdkServer>(context, 'ai-sdk-server', redisUrl === undefined ? {} : { REDIS: redisUrl })
}

async function start<Offered extends Calls & { port: () => number }>(
  { defer }: RunContext,
  name: string,
  env: Record<string, string> = {},
): Promise<Started<Offered>> {
  const started = await startProcess<Offered>(name, env)
  defer(started.stop)
  const port = await (started as unknown as StartedProcess<{ port: () => number }>).call('port')
  return { ...started, port }
}
