import { collect, request } from './rig'
import { running } from './running'

export const sse = (path = '/', headers: Record<string, string> = {}) =>
  request(path, { headers: { Accept: 'text/event-stream', ...headers } })

/** A stream that is being produced, and a function that follows it. */
export async function followed() {
  const rig = await running()
  const follow = async (path = '/', headers: Record<string, string> = {}) =>
    collect(await rig.streams.read(sse(path, headers), rig.id))
  return { ...rig, follow }
}
