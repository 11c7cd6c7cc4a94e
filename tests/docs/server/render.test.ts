import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createStreams, type Streams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build, type PluginOption } from 'vite'
import solid from 'vite-plugin-solid'
import { beforeAll, expect, it, vi } from 'vitest'
import { extractExamples } from '../../gates/extract-examples.mjs'

const examplesFolder = join(import.meta.dirname, '../../.output/rendered-examples')

const pages: [page: string, entry: string, plugin: PluginOption][] = [
  ['react', 'render.tsx', react()],
  ['vue', 'render.ts', vue()],
  ['svelte', 'render.ts', svelte({ configFile: false })],
  ['solid', 'render.tsx', solid({ ssr: true })],
]

beforeAll(() => extractExamples(examplesFolder))

interface Example {
  renderAnswer(streams: Streams, id: string): Promise<{ html: string; initial: { text: string; status: string } }>
}

it.each(pages)(
  'docs/%s.md renders the stored text on a server, escaped and without a request',
  async (page, entry, plugin) => {
    const streams = createStreams({ store: memoryStore() })
    const id = await streams.createStream()
    const request = new Request('http://localhost/drive', { method: 'POST' })
    const response = await streams.stream(request, id, async function* () {
      yield 'Less is <more>.'
    } as never)
    await response.text()
    const fetched = vi.spyOn(globalThis, 'fetch')

    const { renderAnswer } = await buildExample(page, entry, plugin)
    const { html, initial } = await renderAnswer(streams, id)
    expect(initial).toEqual({ text: 'Less is <more>.', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(html).toMatch(/Less is &lt;more(>|&gt;)\./)
    expect(html).toContain('done')
    expect(html).not.toContain('Nothing was asked yet.')
    expect(fetched).not.toHaveBeenCalled()
    await streams.close()
  },
)

async function buildExample(page: string, entry: string, plugin: PluginOption): Promise<Example> {
  const root = join(examplesFolder, page, `docs-${page}`)
  const outDir = join(root, 'dist')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [plugin],
    ssr: { external: true },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'render.mjs' } },
    },
  })
  return (await import(/* @vite-ignore */ pathToFileURL(join(outDir, 'render.mjs')).href)) as Example
}
