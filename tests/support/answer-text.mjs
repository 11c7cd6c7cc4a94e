/**
 * A long answer that is difficult to cut: characters of one to four bytes, flags made of two code points, CR, a leading
 * BOM, and lines that look like Server-Sent Events. The same seed gives the same text and the same chunks.
 *
 * @param {number} seed
 * @param {number} [count] the number of chunks
 * @returns {string[]} the chunks as the producer appends them; some split a surrogate pair
 */
export function answerPieces(seed, count = 60) {
  const random = createRandom(seed)
  const text = Array.from({ length: count * 2 }, () => words[Math.floor(random() * words.length)]).join('')
  const chunks = []
  let start = 0
  for (let index = 0; index < count; index += 1) {
    const average = (text.length - start) / (count - index)
    const end = index === count - 1 ? text.length : start + 1 + Math.floor(random() * (2 * average - 1))
    chunks.push(text.slice(start, end))
    start = end
  }
  return chunks.filter((chunk) => chunk !== '')
}

/** @param {number} seed @param {number} [count] */
export function answerText(seed, count) {
  return answerPieces(seed, count).join('')
}

/**
 * Numbers in [0, 1) that are the same for the same seed (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function createRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const words = [
  'a stream only grows. ',
  'Größe, ',
  'naïve café; ',
  '日本語のテキスト。',
  '👩‍👩‍👧 ',
  '🇨🇭🇯🇵 ',
  '\r\n',
  '\n\n',
  '\r',
  '\uFEFF',
  'data: {"forged":true}\n\n',
  'event: end\r\nid: 9.9\r\n\r\n',
  '0\r\n\r\n',
  '"quoted \\ back" ',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ',
  'é'.normalize('NFD'),
]
