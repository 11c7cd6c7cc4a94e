import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CDPSession, chromium, type Page } from 'playwright-core'
import type { Framework } from '../../gates/extract-examples.mjs'
import type { ViewName } from '../../markdown/pages/views'
import { chromiumArgs, findChromium } from '../../runner/chromium.mjs'
import type { RunContext } from '../row'

export const frameworks: readonly Framework[] = ['react', 'vue', 'svelte', 'solid']

export interface MeasuredPage {
  /** Adds each delta in a frame of its own. Resolves with the CPU time of the page's main thread for one of them, in milliseconds. */
  grow(deltas: readonly string[]): Promise<number>
  close(): Promise<void>
}

/** Builds the pages of all frameworks and launches Chromium. Returns how to open a page that shows a text. */
export async function launchMarkdownPages({ root, defer, progress }: RunContext) {
  // Not bundled: they find files of the repository beside themselves.
  const load = (path: string) => import(pathToFileURL(join(root, 'tests', path)).href)
  const gates: typeof import('../../gates/extract-examples.mjs') = await load('gates/extract-examples.mjs')
  const pages: typeof import('../../markdown/build-page.mjs') = await load('markdown/build-page.mjs')
  const examples = join(root, 'tests', '.output', 'measured-examples')
  await gates.extractExamples(examples)
  const scripts = {} as Record<Framework, string>
  for (const framework of frameworks) {
    progress(`builds the page for ${framework}`)
    scripts[framework] = await pages.buildMarkdownPage(framework, examples)
  }
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('Chromium was not found')
  const browser = await chromium.launch({ executablePath, args: chromiumArgs })
  defer(() => browser.close())

  return async (framework: Framework, view: ViewName, text: string): Promise<MeasuredPage> => {
    const page = await browser.newPage({ viewport: { width: 1_000, height: 800 } })
    await page.setContent('<!doctype html>')
    await page.addScriptTag({ content: scripts[framework], type: 'module' })
    await page.waitForFunction(() => globalThis.markdownPage)
    await page.evaluate(([view, text]) => globalThis.markdownPage?.open(view, text), [view, text] as const)
    return measured(page, await page.context().newCDPSession(page))
  }
}

async function measured(page: Page, devtools: CDPSession): Promise<MeasuredPage> {
  // CPU time and not the time that passes, so that other processes matter less.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const taskMs = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
  }
  return {
    async grow(deltas) {
      const before = await taskMs()
      await page.evaluate((deltas) => globalThis.markdownPage?.grow(deltas), deltas)
      return ((await taskMs()) - before) / deltas.length
    },
    close: () => page.close(),
  }
}
