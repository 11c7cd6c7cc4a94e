import { type DiagnoseOptions, diagnose, type Finding } from '@keepstream/core/testing'
import { expect } from 'vitest'
import { SECRET } from './stream-servers'

/** Everything five times as fast as in the world, or faster. */
const QUICK = { shortMs: 200, silentMs: 500, maxMs: 3000 }

/** Diagnoses a stream of secret text with a secret token. */
export async function find(url: string, options: DiagnoseOptions = {}) {
  const { ok, findings } = await diagnose(`${url}/streams/a?token=${SECRET}`, {
    ...QUICK,
    headers: { authorization: `Bearer ${SECRET}` },
    ...options,
  })
  expect(ok).toBe(findings.length === 0)
  expect(JSON.stringify(findings), 'neither text nor tokens').not.toContain(SECRET)
  for (const { problem, evidence, cure } of findings)
    expect([problem, evidence, cure].every((words) => words.length > 5)).toBe(true)
  return findings
}

export const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)
