import { format, goalText } from './table.mjs'

const width = 940
const lineHeight = 26
const top = 46
/** Where the bars begin, and how long one is that just meets its goal. */
const left = 400
const goalLength = 250
const longest = 400

/**
 * One bar for each comparison: how much of its goal the result uses. So a shorter bar is better, whatever the unit. Marks show
 * what the peers would use. The colours can be read on a light and on a dark page.
 *
 * @param {import('./report').Report} report
 */
export function renderPlot({ rows, date }) {
  const all = rows.flatMap((row) => row.comparisons.map((comparison) => ({ row, comparison })))
  const height = top + all.length * lineHeight + 30
  const bars = all.map(({ row, comparison }, index) => bar(row, comparison, top + index * lineHeight))
  const goalX = left + goalLength
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>Results of ${escapeXml(date)}, as parts of their goals</title>`,
    '<style>text{fill:#57606a}.met{fill:#2da44e}.missed{fill:#d4691e}.peer{fill:#8c959f}.goal{stroke:#8c959f;stroke-dasharray:4 3}' +
      '@media(prefers-color-scheme:dark){text{fill:#9ea7b3}}</style>',
    `<text x="${left}" y="16">shorter is better; a bar that passes the dashed line misses its goal; a grey mark is a peer</text>`,
    `<line class="goal" x1="${goalX}" x2="${goalX}" y1="26" y2="${height - 24}"/>`,
    `<text x="${goalX}" y="${height - 8}" text-anchor="middle">goal</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}

/**
 * @param {import('./report').RowResult} row
 * @param {import('./report').ComparisonResult} comparison
 * @param {number} y
 */
function bar({ name, unit }, { name: comparison, goal, value, verdict, subjects }, y) {
  const label = `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escapeXml(`${name}: ${plain(comparison)}`)}</text>`
  if (!value) return `${label}<text x="${left}" y="${y + 14}">not measured</text>`
  const part = partOfGoal(value.median, goal)
  const length = lengthOf(part)
  const more = part * goalLength > longest ? ' →' : ''
  const text = `${format(value.median, goal, unit)}${more} (goal: ${goalText(goal, unit)})`
  return [
    label,
    `<rect class="${verdict}" x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="15" rx="2"><title>${escapeXml(text)}</title></rect>`,
    ...peerMarks(subjects, goal, y),
    `<text x="${left + length + 6}" y="${y + 14}">${escapeXml(format(value.median, goal, unit) + more)}</text>`,
  ].join('')
}

/** @param {number} part of the goal */
function lengthOf(part) {
  return Math.min(longest, Math.max(2, part * goalLength))
}

/**
 * @param {readonly import('./report').SubjectResult[]} subjects
 * @param {import('../row').Goal} goal
 * @param {number} y
 */
function peerMarks(subjects, goal, y) {
  const medians = new Map(
    subjects.flatMap((subject) => ('spread' in subject ? [[subject.name, subject.spread.median]] : [])),
  )
  const base = medians.get(goal.of ?? goal.above ?? '') ?? (goal.of === undefined ? 0 : 1)
  return [...medians]
    .filter(([name]) => name !== 'Keepstream' && name !== goal.of && name !== goal.above)
    .map(([name, median]) => {
      const length = lengthOf(partOfGoal(goal.of === undefined ? median - base : median / base, goal))
      const x = (left + length - 2).toFixed(1)
      return `<rect class="peer" x="${x}" y="${y}" width="4" height="21"><title>${escapeXml(name)}</title></rect>`
    })
}

/**
 * 1 just meets the goal, and more misses it.
 *
 * @param {number} value
 * @param {import('../row').Goal} goal
 */
function partOfGoal(value, { atMost, atLeast }) {
  return atMost === undefined ? (atLeast ?? Number.NaN) / value : value / atMost
}

/** Without the marks of Markdown. @param {string} text */
function plain(text) {
  return text.replaceAll('`', '')
}

/** @param {string} text */
export function escapeXml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
