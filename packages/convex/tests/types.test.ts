import type {
  StreamBody as ComponentBody,
  StreamId as ComponentId,
  PersistentTextStreaming,
} from '@convex-dev/persistent-text-streaming'
import type { useStream as useComponentStream } from '@convex-dev/persistent-text-streaming/react'
import {
  type ConvexClientLike,
  convexSources,
  type StreamBody,
  type StreamBodyQuery,
  type StreamId,
} from '@keepstream/convex'
import type { useStream as useReactStream } from '@keepstream/convex/react'
import type { useStream as useSolidStream } from '@keepstream/convex/solid'
import type { useStream as useSvelteStream } from '@keepstream/convex/svelte'
import type { useStream as useVueStream } from '@keepstream/convex/vue'
import { createStreamClient } from '@keepstream/core'
import type { ConvexClient } from 'convex/browser'
import type { ConvexReactClient } from 'convex/react'
import type { useConvexClient as useSvelteClient } from 'convex-svelte'
import type { useConvexClient as useVueClient } from 'convex-vue'
import type { Readable } from 'svelte/store'
import { expectTypeOf, it } from 'vitest'
import { api } from './support/app/_generated/api'

it('has the component’s own types', () => {
  expectTypeOf<StreamId>().toEqualTypeOf<ComponentId>()
  expectTypeOf<StreamBody>().toEqualTypeOf<ComponentBody>()
  expectTypeOf<ComponentBody>().toExtend<Awaited<ReturnType<PersistentTextStreaming['getStreamBody']>>>()
})

it('is the component’s hook in React, both ways', () => {
  expectTypeOf<typeof useReactStream>().toEqualTypeOf<typeof useComponentStream>()
  expectTypeOf<typeof useReactStream>().toExtend<typeof useComponentStream>()
  expectTypeOf<typeof useComponentStream>().toExtend<typeof useReactStream>()
})

it('takes what the component’s hook takes in the other frameworks', () => {
  type Call = Parameters<typeof useComponentStream>
  expectTypeOf<Call>().toExtend<Parameters<typeof useVueStream>>()
  expectTypeOf<Call>().toExtend<Parameters<typeof useSvelteStream>>()
  expectTypeOf<Call>().toExtend<Parameters<typeof useSolidStream>>()
})

it('gives what the component’s hook gives, in each framework’s own shape', () => {
  expectTypeOf<typeof useSolidStream>().returns.toEqualTypeOf<ComponentBody>()
  expectTypeOf<typeof useSvelteStream>().returns.toEqualTypeOf<Readable<ComponentBody>>()
  expectTypeOf<ReturnType<typeof useVueStream>['text']['value']>().toEqualTypeOf<string>()
  expectTypeOf<ReturnType<typeof useVueStream>['status']['value']>().toEqualTypeOf<ComponentBody['status']>()
})

it('takes every Convex client that pushes', () => {
  expectTypeOf<ConvexClient>().toExtend<ConvexClientLike>()
  expectTypeOf<ConvexReactClient>().toExtend<ConvexClientLike>()
  expectTypeOf<ReturnType<typeof useVueClient>>().toExtend<ConvexClientLike>()
  expectTypeOf<ReturnType<typeof useSvelteClient>>().toExtend<ConvexClientLike>()
  expectTypeOf(api.streaming.getStreamBody).toExtend<StreamBodyQuery>()
})

it('refuses what cannot work', () => {
  const misuse = (convex: ConvexClient, use: typeof useReactStream) => {
    const { getStreamBody } = api.streaming
    // @ts-expect-error the URL is missing
    convexSources(convex, { getStreamBody })
    // @ts-expect-error another query
    convexSources(convex, { getStreamBody: api.messages.listMessages, streamUrl: '/chat-stream' })
    // @ts-expect-error no client
    convexSources({}, { getStreamBody, streamUrl: '/chat-stream' })
    // @ts-expect-error a string is no id of the component
    use(getStreamBody, new URL('https://example.com'), true, 'id')
    // @ts-expect-error as in the component, the URL is one
    use(getStreamBody, '/chat-stream', true, undefined)
    return createStreamClient(convexSources(convex, { getStreamBody, streamUrl: '/chat-stream' }))
  }
  expectTypeOf(misuse).returns.toBeObject()
})
