import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderPlot } from '../bench/report/plot.mjs'
import { replaceTable } from '../bench/report/table.mjs'
import { root } from '../runner/run-command.mjs'

/** Finds figures of docs/performance.md and of its plot that are not those of docs/performance.json. */
export async function findStaleFigures(folder = root) {
  const page = join(folder, 'docs', 'performance.md')
  /** @type {import('../bench/report/report').Report} */
  const report = JSON.parse(await readFile(join(folder, 'docs', 'performance.json'), 'utf8'))
  const plot = await readFile(join(folder, 'docs', 'pictures', 'performance.svg'), 'utf8')
  const cure = 'run npm run bench -- --save, and do not edit it by hand'
  const findings = []
  if (report.isQuick) findings.push(`docs/performance.json is of a quick run: ${cure}`)
  if ((await readFile(page, 'utf8')) !== replaceTable(page, report))
    findings.push(`docs/performance.md: the table is not that of docs/performance.json: ${cure}`)
  if (plot !== renderPlot(report))
    findings.push(`docs/pictures/performance.svg is not that of docs/performance.json: ${cure}`)
  return findings
}
