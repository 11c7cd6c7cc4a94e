import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { root } from '../runner/run-command.mjs'
import { runBench } from './command'
import { alternate } from './harness/alternate'
import { difference, median, quantile, ratio, spread } from './harness/statistics.mjs'
import { escapeXml, renderPlot } from './report/plot.mjs'
import type { Report } from './report/report'
import { judge } from './report/results'
import { renderTable, replaceTable } from './report/table.mjs'
import type { Row } from './row'
import { rows } from './rows'

const row: Row = {
  name: 'example',
  measures: 'The time of an example.',
  unit: 'ms',
  peers: ['bare', 'a | peer'],
  comparisons: [
    { name: 'ratio', goal: { of: 'bare', atMost: 2 }, whenMissed: 'It is slow.' },
    { name: 'absolute', goal: { atMost: 30 } },
    { name: '<above>', goal: { above: 'bare', atMost: 8 } },
    { name: 'throughput', goal: { of: 'bare', atLeast: 1 } },
    { name: 'nothing', goal: { of: 'bare', atMost: 1 } },
  ],
  run: async () => ({}),
}

const result = judge(row, {
  ratio: { Keepstream: [30, 10, 20], bare: [5, 4, 6], 'a | peer': { notMeasured: 'It does not start.' } },
  absolute: { Keepstream: [30] },
  '<above>': { Keepstream: [20], bare: [11] },
  throughput: { Keepstream: [50], bare: [25] },
  nothing: { Keepstream: [1], bare: { notMeasured: 'It has none.' } },
})

const report: Report = {
  date: '2026-01-31',
  isQuick: false,
  machine: { cpu: 'a processor', cores: 2, memoryGiB: 4, system: 'Linux 6' },
  versions: { node: '20.19.0' },
  rows: [result],
}

describe('statistics', () => {
  it('finds the median and the quartiles without changing the samples', () => {
    const samples = [4, 1, 3, 2]
    expect(median(samples)).toBe(2.5)
    expect(median([3, 1, 2])).toBe(2)
    expect(quantile(samples, 0.25)).toBe(1.75)
    expect(spread([5, 1, 3])).toEqual({ median: 3, low: 2, high: 4 })
    expect(samples).toEqual([4, 1, 3, 2])
    expect(() => median([])).toThrow('no samples')
  })

  it('compares medians, with a spread that has the quartiles of both', () => {
    expect(ratio([10, 20, 30], [4, 5, 6])).toEqual({ median: 4, low: 15 / 5.5, high: 25 / 4.5 })
    expect(difference([10, 20, 30], [4, 5, 6])).toEqual({ median: 15, low: 9.5, high: 20.5 })
  })
})

describe('alternate', () => {
  it('runs the subjects in turns and discards the first runs', async () => {
    const order: string[] = []
    let count = 0
    const run = (name: string) => async () => {
      order.push(name)
      count += 1
      return count
    }
    const samples = await alternate({ a: run('a'), b: run('b') }, 2, 1)
    expect(order.join('')).toBe('ababab')
    expect(samples).toEqual({ a: [3, 5], b: [4, 6] })
  })

  it('accepts no sample that is no number', async () => {
    await expect(alternate({ a: async () => Number.NaN }, 1)).rejects.toThrow('a measured NaN')
  })
})

describe('a result', () => {
  it('has a verdict for each kind of goal', () => {
    expect(result.comparisons.map(({ name, value, verdict }) => [name, value?.median, verdict])).toEqual([
      ['ratio', 4, 'missed'],
      ['absolute', 30, 'met'],
      ['<above>', 9, 'missed'],
      ['throughput', 2, 'met'],
      ['nothing', undefined, 'not measured'],
    ])
  })

  it('has a reason only where a goal is missed', () => {
    expect(result.comparisons.map(({ reason }) => reason)).toEqual(['It is slow.', ...Array(4).fill(undefined)])
    expect(judge(row, { ratio: { Keepstream: [1], bare: [1] } }).comparisons[0]?.reason).toBeUndefined()
  })

  it('of a row that threw says so', () => {
    const { failure, comparisons } = judge(row, {}, 'Error: no server\n    at start')
    expect(failure).toBe('Error: no server')
    expect(comparisons.every(({ verdict }) => verdict === 'not measured')).toBe(true)
  })
})

describe('the table', () => {
  it('has a line for each comparison, and what the table cannot say', () => {
    const text = renderTable(report)
    expect(text).toContain('Measured on 2026-01-31: a processor, 2 cores, 4 GiB, Linux 6. node 20.19.0.')
    expect(text).toContain(
      '| `example` | ratio | at most 2 times bare | 4 times (2.73 to 5.56) | **missed** | Keepstream 20 ms; bare 5 ms; a \\| peer: not measured |',
    )
    expect(text).toContain('| at most 8 ms above bare | 9 ms (9 to 9) | **missed** |')
    expect(text).toContain('- `example`: The time of an example.')
    expect(text).toContain('- `example`, ratio: missed. It is slow.')
    expect(text).toContain('- Missed for a reason that is not known yet: `example`.')
    expect(text).toContain('- `example`, ratio, a | peer: not measured. It does not start.')
    expect(text).not.toContain('quick run')
    expect(renderTable({ ...report, isQuick: true })).toContain('quick run')
  })

  it('takes the place of the one before, and of nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
    const page = join(folder, 'page.md')
    const [begin, end] = [
      '<!-- The table is generated by `npm run bench -- --save`. -->',
      '<!-- The end of the table. -->',
    ]
    writeFileSync(page, `# Title\n\n${begin}\n\nold\n\n${end}\n\nThe rest.\n`)
    const text = replaceTable(page, report)
    expect(text).toBe(`# Title\n\n${begin}\n\n${renderTable(report)}\n\n${end}\n\nThe rest.\n`)
    writeFileSync(page, text)
    expect(replaceTable(page, report)).toBe(text)
    writeFileSync(page, '# No place\n')
    expect(() => replaceTable(page, report)).toThrow('no place for the table')
    rmSync(folder, { recursive: true })
  })
})

describe('the plot', () => {
  it('has a bar for each comparison that was measured, as long as its part of the goal', () => {
    const text = renderPlot(report)
    expect(text.match(/<rect class="(met|missed)"/g)).toHaveLength(4)
    expect(text).toContain('class="missed" x="400" y="49" width="400.0"')
    expect(text).toContain('class="met" x="400" y="75" width="250.0"')
    // For a goal of at least 1, twice as much is half a bar.
    expect(text).toContain('class="met" x="400" y="127" width="125.0"')
    expect(text).toContain('not measured')
  })

  it('marks what a peer would use of the goal', () => {
    const subjects = { Keepstream: [10], bare: [5], 'a | peer': [15] }
    const text = renderPlot({ ...report, rows: [judge(row, { ratio: subjects })] })
    // Three times bare, where the goal is two.
    expect(text.match(/class="peer" x="([\d.]+)"/)?.[1]).toBe('773.0')
    expect(text).toContain('<title>a | peer</title>')
    expect(text).not.toContain('<title>bare</title>')
  })

  it('escapes what it shows', () => {
    expect(escapeXml(`<a href="x">&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;')
    expect(renderPlot(report)).toContain('example: &lt;above&gt;')
  })
})

describe('the rows', () => {
  it('have names and comparisons of their own', () => {
    const names = rows.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, comparisons } of rows) {
      expect(comparisons.length, name).toBeGreaterThan(0)
      expect(new Set(comparisons.map((comparison) => comparison.name)).size, name).toBe(comparisons.length)
    }
  })

  it('say what they measure, and have a goal for each comparison', () => {
    for (const { name, measures, peers, comparisons } of rows) {
      expect(measures, name).toMatch(/^[A-Z5].+\.$/)
      for (const { goal } of comparisons) {
        expect(
          [goal.atMost, goal.atLeast].filter((limit) => limit !== undefined),
          name,
        ).toHaveLength(1)
        const peer = goal.of ?? goal.above
        if (peer !== undefined) expect(peers, name).toContain(peer)
      }
    }
  })
})

describe('the command', () => {
  const tools = {
    root,
    ensurePrograms: async () => ({
      env: {},
      missing: { redis: { reason: 'a Redis server was not found', cure: 'install it' } },
    }),
  }

  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('refuses what it does not know, and a part of the rows with --save', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(await runBench(['nothing'], tools)).toBe(2)
    expect(await runBench(['--save', 'size'], tools)).toBe(2)
    expect(error.mock.calls.join('\n')).toMatch(/no row or option "nothing"[\s\S]+--save needs a whole run/)
  })

  it('says which program a row lacks, before anything runs', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(await runBench(['redis-commands'], tools)).toBe(2)
    expect(error.mock.calls.join('\n')).toContain('a Redis server was not found: install it')
  })

  it('lists the rows', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    expect(await runBench(['--list'], tools)).toBe(0)
    for (const { name } of rows) expect(log.mock.calls.join('\n')).toContain(name)
  })

  it('runs a row and writes its results', { timeout: 60_000 }, async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const all = { ...tools, ensurePrograms: async () => ({ env: {}, missing: {} }) }
    expect(await runBench(['--quick', 'size'], all)).toBe(0)
    expect(log.mock.calls.join('\n')).toMatch(/\| `size` \|.+Keepstream [\d.]+ kB; Durable Streams client [\d.]+ kB/)
  })
})
