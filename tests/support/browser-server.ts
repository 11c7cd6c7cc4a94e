import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumArgs, findChromium } from '../runner/chromium.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tests of a project connect to its browser. Not there without Chromium. */
    browserEndpoint: string | undefined
  }
}

/** Launches one Chromium for all test files of a project. Each `connectChromium` has contexts of its own in it. */
export async function setup(project: TestProject) {
  const executablePath = findChromium()
  if (!executablePath) return
  const server = await chromium.launchServer({ executablePath, args: chromiumArgs })
  project.provide('browserEndpoint', server.wsEndpoint())
  return () => server.close()
}
