/**
 * Finds figures in a text that differ from the measured sizes. A figure is the first `N kB` after the name in the first
 * line that contains the name. It may have any precision, but must be rounded to the nearest.
 *
 * @param {string} text
 * @param {readonly { name: string, size: number }[]} sizes in bytes
 * @returns {string[]} one finding for each figure that is missing or wrong
 */
export function compareFigures(text, sizes) {
  return sizes.flatMap(({ name, size }) => {
    const line = text.split('\n').find((candidate) => candidate.includes(name))
    const figure = line && /(\d+(?:[.](\d+))?) kB/.exec(line.slice(line.indexOf(name)))
    if (!figure) return [`README.md: no line states the size of ${name} (${size} B)`]
    const measured = (size / 1000).toFixed(figure[2]?.length ?? 0)
    return figure[1] === measured ? [] : [`README.md: ${name} is ${measured} kB, not ${figure[1]} kB (${size} B)`]
  })
}
