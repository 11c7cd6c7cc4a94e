import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from '../../runner/postgres.mjs'
import { findRedis } from '../../runner/redis.mjs'
import type { Machine } from './report'

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
  }
}

/** The packages of the peers. `tests/package.json` pins them. */
const packages = ['@durable-streams/client', '@durable-streams/server', '@tanstack/ai-client', 'ai', 'resumable-stream']

/** The versions of Node, Keepstream, the peers, and the database servers that were found. */
export function describeVersions(root: string): Record<string, string> {
  const require = createRequire(join(root, 'tests', 'package.json'))
  const versionIn = (path: string): string => JSON.parse(readFileSync(path, 'utf8')).version
  const versions = packages.map((name) => [name, versionIn(packageFile(require, name))])
  const postgres = findPostgres()
  return {
    node: process.version.slice(1),
    keepstream: versionIn(join(root, 'packages', 'core', 'package.json')),
    ...Object.fromEntries(versions),
    ...serverVersion('redis', findRedis()),
    ...serverVersion('postgres', postgres && join(postgres, 'postgres')),
  }
}

function serverVersion(name: string, program: string | undefined): Record<string, string> {
  if (program === undefined) return {}
  const version = /\d+\.[\d.]*\d/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0]
  return version === undefined ? {} : { [name]: version }
}

/** A package may not export its package.json, so its folder is found among those that Node searches. */
function packageFile(require: NodeJS.Require, name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const path = join(folder, name, 'package.json')
    try {
      readFileSync(path)
      return path
    } catch {
      // Not in this folder. Node looks in the next one as well.
    }
  }
  throw new Error(`${name} is not installed: run npm ci`)
}
