import type { ComponentApi } from '@convex-dev/persistent-text-streaming/_generated/component.js'
import { type ApiFromModules, anyApi, componentsGeneric } from 'convex/server'
import type * as messages from '../messages'
import type * as streaming from '../streaming'

export const api = anyApi as unknown as ApiFromModules<{ messages: typeof messages; streaming: typeof streaming }>
export const components = componentsGeneric() as unknown as {
  persistentTextStreaming: ComponentApi<'persistentTextStreaming'>
}
